-- Vectors of a feature in a range of time, optionally of one slice; where there are more than the limit, the same random conversations each time.
-- scope: range
SELECT
  UNIX_MICROS(time) AS time,
  feature,
  encoder,
  dimension,
  vector,
  slices,
  text_hash,
  trace_id,
  span_id,
  conversation_id
FROM embeddings
WHERE tenant = @tenant
  AND feature = @feature
  AND (@slice_key = 'all' OR LAX_STRING(slices[@slice_key]) = @slice_value)
  AND time >= TIMESTAMP_MICROS(@from_us)
  AND time < TIMESTAMP_MICROS(@to_us)
-- The digest stands for a random number that stays the same.
ORDER BY TO_HEX(MD5(COALESCE(conversation_id, trace_id))), trace_id, span_id, text_hash
LIMIT @limit
