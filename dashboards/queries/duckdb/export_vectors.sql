-- Vectors that came on spans, from one span to another.
-- scope: range
SELECT trace_id, span_id, vector, text_hash
FROM embeddings
WHERE tenant = $tenant
  AND time >= make_timestamp($from_us) AND time < make_timestamp($to_us)
  AND (
    time > make_timestamp($from_us)
    OR trace_id > $first_trace
    OR (trace_id = $first_trace AND span_id >= $first_span)
  )
  AND (
    time < make_timestamp($to_us - 1)
    OR trace_id < $last_trace
    OR (trace_id = $last_trace AND span_id <= $last_span)
  )
  -- Those of messages are made by the collector.
  AND feature <> 'embedding.user_message'
