-- Evaluations in a range of time with what is known of their spans, optionally of one slice; where there are more than the limit, those of the same random conversations each time.
-- scope: range
-- A span may begin a day before it is judged, and be stored a moment after; what it gained later still does not count.
WITH once AS (
  SELECT *
  FROM scores
  WHERE tenant = $tenant
    AND source <> 'detector'
    AND time >= make_timestamp($from_us::BIGINT)
    AND time < make_timestamp($to_us::BIGINT)
  -- A repeated write is one score.
  QUALIFY row_number() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
),
heard AS (
  SELECT *, epoch_us(ingest_time) + $span_wait_us::BIGINT AS until_us
  FROM once
),
subjects AS (
  SELECT trace_id, span_id, coalesce(stored_time, ingest_time) AS stored_time, conversation_id, conversation_time, service, request_model, prompt_version, chain_name, tool_name, adapter_name, user_segment
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp($from_us::BIGINT - 86400000000)
    AND start_time < make_timestamp($to_us::BIGINT)
)
SELECT
  e.tenant,
  e.score_id,
  e.name,
  e.source,
  e.trace_id,
  e.span_id,
  epoch_us(e.time) AS time,
  epoch_us(e.ingest_time) AS ingest_time,
  e.value,
  e.label,
  CASE WHEN coalesce(epoch_us(p.conversation_time) <= e.until_us, true) THEN p.conversation_id END AS conversation_id,
  p.service,
  p.request_model,
  p.prompt_version,
  p.chain_name,
  p.tool_name,
  p.adapter_name,
  p.user_segment
FROM heard AS e
LEFT JOIN subjects AS p
  ON p.trace_id = e.trace_id
  AND p.span_id = e.span_id
  AND epoch_us(p.stored_time) <= e.until_us
WHERE $slice_key = 'all' OR CASE $slice_key
  WHEN 'service' THEN p.service
  WHEN 'request_model' THEN p.request_model
  WHEN 'prompt_version' THEN p.prompt_version
  WHEN 'chain_name' THEN p.chain_name
  WHEN 'tool_name' THEN p.tool_name
  WHEN 'adapter_name' THEN p.adapter_name
  WHEN 'user_segment' THEN p.user_segment
END = $slice_value
-- The digest stands for a random number that stays the same.
ORDER BY md5(coalesce(conversation_id, e.trace_id, e.score_id)), e.trace_id, e.span_id, e.score_id
LIMIT $limit::BIGINT
