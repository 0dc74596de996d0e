-- Evaluations in a range of time with what is known of their spans, optionally of one slice; where there are more than the limit, those of the same random conversations each time.
-- scope: range
-- A span may begin a day before it is judged, and be stored a moment after.
WITH once AS (
  SELECT *
  FROM scores
  WHERE tenant = @tenant
    AND source <> 'detector'
    AND time >= TIMESTAMP_MICROS(@from_us)
    AND time < TIMESTAMP_MICROS(@to_us)
  -- A repeated write is one score.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
),
subjects AS (
  SELECT trace_id, span_id, ingest_time, conversation_id, service, request_model, prompt_version, chain_name, tool_name, adapter_name, user_segment
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(@from_us - 86400000000)
    AND start_time < TIMESTAMP_MICROS(@to_us)
  -- A repeated write is one span.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY trace_id, span_id ORDER BY ingest_time) = 1
)
SELECT
  e.tenant,
  e.score_id,
  e.name,
  e.source,
  e.trace_id,
  e.span_id,
  UNIX_MICROS(e.time) AS time,
  UNIX_MICROS(e.ingest_time) AS ingest_time,
  e.value,
  e.label,
  p.conversation_id,
  p.service,
  p.request_model,
  p.prompt_version,
  p.chain_name,
  p.tool_name,
  p.adapter_name,
  p.user_segment
FROM once AS e
LEFT JOIN subjects AS p
  ON p.trace_id = e.trace_id
  AND p.span_id = e.span_id
  AND UNIX_MICROS(p.ingest_time) <= UNIX_MICROS(e.ingest_time) + @span_wait_us
WHERE @slice_key = 'all' OR CASE @slice_key
  WHEN 'service' THEN p.service
  WHEN 'request_model' THEN p.request_model
  WHEN 'prompt_version' THEN p.prompt_version
  WHEN 'chain_name' THEN p.chain_name
  WHEN 'tool_name' THEN p.tool_name
  WHEN 'adapter_name' THEN p.adapter_name
  WHEN 'user_segment' THEN p.user_segment
END = @slice_value
-- The digest stands for a random number that stays the same.
ORDER BY TO_HEX(MD5(COALESCE(p.conversation_id, e.trace_id, e.score_id))), e.trace_id, e.span_id, e.score_id
LIMIT @limit
