-- A page of traces, newest first, each with the sums of its leaf calls.
-- scope: days
-- A trace is in the range when its first span is, and is taken to last at most a day: 86400000000 microseconds.
-- A filter holds for a trace when it holds for any of its spans.
WITH page AS (
  -- Ids alone, so that the wide columns are read for the traces of one page only.
  SELECT trace_id
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp(coalesce($from_us::BIGINT - 86400000000, 0))
    AND start_time < make_timestamp(coalesce($to_us::BIGINT + 86400000000, 253402300800000000))
  GROUP BY trace_id
  HAVING ($from_us IS NULL OR min(start_time) >= make_timestamp($from_us::BIGINT))
    AND ($to_us IS NULL OR min(start_time) < make_timestamp($to_us::BIGINT))
    AND ($cursor_us IS NULL OR (
      min(start_time) <= make_timestamp($cursor_us::BIGINT)
      AND (min(start_time) < make_timestamp($cursor_us::BIGINT) OR trace_id < $cursor_id)
    ))
    AND ($service IS NULL OR bool_or(service = $service))
    AND ($model IS NULL OR bool_or(coalesce(request_model, response_model) = $model))
    AND ($operation IS NULL OR bool_or(operation = $operation))
    AND ($agent IS NULL OR bool_or(agent_name = $agent))
    AND ($status IS NULL OR bool_or(status = $status))
    AND ($user IS NULL OR bool_or(user_id = $user))
    AND ($conversation IS NULL OR bool_or(conversation_id = $conversation))
    AND ($prompt_version IS NULL OR bool_or(prompt_version = $prompt_version))
    AND ($text IS NULL OR bool_or(
      contains(lower(name), lower($text)) OR contains(trace_id, lower($text)) OR contains(span_id, lower($text))
    ))
  ORDER BY min(start_time) DESC, trace_id DESC
  LIMIT $limit::BIGINT
),
found AS (
  SELECT spans.*, coalesce(request_model, response_model) AS model,
    -- The root speaks for its trace; where it is missing, the first span does.
    row_number() OVER (PARTITION BY trace_id ORDER BY parent_span_id IS NOT NULL, start_time, span_id) = 1 AS is_head
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp(coalesce($from_us::BIGINT - 86400000000, 0))
    AND start_time < make_timestamp(coalesce($to_us::BIGINT + 86400000000, 253402300800000000))
    AND trace_id IN (SELECT trace_id FROM page)
)
SELECT
  trace_id,
  any_value(name) FILTER (is_head) AS name,
  any_value(service) FILTER (is_head) AS service,
  coalesce(any_value(agent_name) FILTER (is_head), min(agent_name)) AS agent_name,
  epoch_us(min(start_time)) AS start_time,
  (epoch_us(max(end_time)) - epoch_us(min(start_time))) / 1000 AS duration_ms,
  count(*) AS span_count,
  count(*) FILTER (status = 'error') AS error_count,
  CASE WHEN bool_or(status = 'error') THEN 'error' WHEN bool_or(status = 'ok') THEN 'ok' ELSE 'unset' END AS status,
  coalesce(list(DISTINCT model ORDER BY model) FILTER (model IS NOT NULL), []) AS models,
  -- Sums are floating point, so that absurd counts of a sender cannot overflow them.
  sum(coalesce(input_tokens, 0)::DOUBLE + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0))
    FILTER (is_leaf AND coalesce(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL) AS input_tokens,
  sum(coalesce(output_tokens, 0)::DOUBLE + coalesce(reasoning_tokens, 0))
    FILTER (is_leaf AND coalesce(output_tokens, reasoning_tokens) IS NOT NULL) AS output_tokens,
  sum(cost_usd) FILTER (is_leaf) AS cost_usd,
  count(*) FILTER (is_leaf AND cost_usd IS NULL AND coalesce(
    input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens) IS NOT NULL) AS unpriced_calls,
  coalesce(any_value(user_id) FILTER (is_head), min(user_id)) AS user_id,
  coalesce(any_value(conversation_id) FILTER (is_head), min(conversation_id)) AS conversation_id,
  coalesce(any_value(prompt_version) FILTER (is_head), min(prompt_version)) AS prompt_version,
  bool_or(parent_span_id IS NULL) AS has_root
FROM found
GROUP BY trace_id
ORDER BY start_time DESC, trace_id DESC
