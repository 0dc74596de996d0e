-- A page of traces, newest first, each with the sums of its leaf calls.
-- scope: days
-- A trace is in the range when its first span is, and is taken to last at most a day: 86400000000 microseconds.
-- A filter holds for a trace when it holds for any of its spans.
WITH page AS (
  -- Ids alone, so that the wide columns are read for the traces of one page only.
  SELECT trace_id
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(COALESCE(@from_us - 86400000000, 0))
    AND start_time < TIMESTAMP_MICROS(COALESCE(@to_us + 86400000000, 253402300799999999))
  GROUP BY trace_id
  HAVING (@from_us IS NULL OR MIN(start_time) >= TIMESTAMP_MICROS(@from_us))
    AND (@to_us IS NULL OR MIN(start_time) < TIMESTAMP_MICROS(@to_us))
    AND (@cursor_us IS NULL OR (
      MIN(start_time) <= TIMESTAMP_MICROS(@cursor_us)
      AND (MIN(start_time) < TIMESTAMP_MICROS(@cursor_us) OR trace_id < @cursor_id)
    ))
    AND (@service IS NULL OR LOGICAL_OR(service = @service))
    AND (@model IS NULL OR LOGICAL_OR(COALESCE(request_model, response_model) = @model))
    AND (@operation IS NULL OR LOGICAL_OR(operation = @operation))
    AND (@agent IS NULL OR LOGICAL_OR(agent_name = @agent))
    AND (@status IS NULL OR LOGICAL_OR(status = @status))
    AND (@user IS NULL OR LOGICAL_OR(user_id = @user))
    AND (@conversation IS NULL OR LOGICAL_OR(conversation_id = @conversation))
    AND (@prompt_version IS NULL OR LOGICAL_OR(prompt_version = @prompt_version))
    AND (@text IS NULL OR LOGICAL_OR(
      STRPOS(LOWER(name), LOWER(@text)) > 0 OR STRPOS(trace_id, LOWER(@text)) > 0 OR STRPOS(span_id, LOWER(@text)) > 0
    ))
  ORDER BY MIN(start_time) DESC, trace_id DESC
  LIMIT @limit
),
stored AS (
  SELECT *, COALESCE(request_model, response_model) AS model
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(COALESCE(@from_us - 86400000000, 0))
    AND start_time < TIMESTAMP_MICROS(COALESCE(@to_us + 86400000000, 253402300799999999))
    AND trace_id IN (SELECT trace_id FROM page)
  -- Streaming may store a span twice.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY trace_id, span_id ORDER BY ingest_time) = 1
),
found AS (
  SELECT *,
    -- The root speaks for its trace; where it is missing, the first span does.
    ROW_NUMBER() OVER (PARTITION BY trace_id ORDER BY parent_span_id IS NOT NULL, start_time, span_id) = 1 AS is_head
  FROM stored
)
SELECT
  trace_id,
  MIN(IF(is_head, name, NULL)) AS name,
  MIN(IF(is_head, service, NULL)) AS service,
  COALESCE(MIN(IF(is_head, agent_name, NULL)), MIN(agent_name)) AS agent_name,
  UNIX_MICROS(MIN(start_time)) AS start_time,
  (UNIX_MICROS(MAX(end_time)) - UNIX_MICROS(MIN(start_time))) / 1000 AS duration_ms,
  COUNT(*) AS span_count,
  COUNTIF(status = 'error') AS error_count,
  CASE WHEN LOGICAL_OR(status = 'error') THEN 'error' WHEN LOGICAL_OR(status = 'ok') THEN 'ok' ELSE 'unset' END AS status,
  ARRAY_AGG(DISTINCT model IGNORE NULLS ORDER BY model) AS models,
  -- Sums are floating point, so that absurd counts of a sender cannot overflow them.
  SUM(IF(is_leaf AND COALESCE(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL,
    CAST(COALESCE(input_tokens, 0) AS FLOAT64) + COALESCE(cache_read_tokens, 0) + COALESCE(cache_write_tokens, 0),
    NULL)) AS input_tokens,
  SUM(IF(is_leaf AND COALESCE(output_tokens, reasoning_tokens) IS NOT NULL,
    CAST(COALESCE(output_tokens, 0) AS FLOAT64) + COALESCE(reasoning_tokens, 0),
    NULL)) AS output_tokens,
  SUM(IF(is_leaf, cost_usd, NULL)) AS cost_usd,
  COUNTIF(is_leaf AND cost_usd IS NULL AND COALESCE(
    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens) IS NOT NULL) AS unpriced_calls,
  COALESCE(MIN(IF(is_head, user_id, NULL)), MIN(user_id)) AS user_id,
  COALESCE(MIN(IF(is_head, conversation_id, NULL)), MIN(conversation_id)) AS conversation_id,
  COALESCE(MIN(IF(is_head, prompt_version, NULL)), MIN(prompt_version)) AS prompt_version,
  LOGICAL_OR(parent_span_id IS NULL) AS has_root
FROM found
GROUP BY trace_id
ORDER BY start_time DESC, trace_id DESC
