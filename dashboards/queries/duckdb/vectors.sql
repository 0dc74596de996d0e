-- Vectors of a feature in a range of time, optionally of one slice; where there are more than the limit, the same random conversations each time.
-- scope: range
SELECT
  epoch_us(time) AS time,
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
WHERE tenant = $tenant
  AND feature = $feature
  AND ($slice_key = 'all' OR json_extract_string(slices, '$.' || $slice_key) = $slice_value)
  AND time >= make_timestamp($from_us::BIGINT)
  AND time < make_timestamp($to_us::BIGINT)
-- The digest stands for a random number that stays the same.
ORDER BY md5(coalesce(conversation_id, trace_id)), trace_id, span_id, text_hash
LIMIT $limit::BIGINT
