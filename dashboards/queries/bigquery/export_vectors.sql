-- Vectors that came on spans, by the ids of these and the range of time they start in.
-- scope: all
SELECT trace_id, span_id, vector, text_hash
FROM embeddings
WHERE tenant = @tenant
  AND time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)
  AND span_id IN UNNEST(@span_ids)
  -- Those of messages are made by the collector.
  AND feature <> 'embedding.user_message'
