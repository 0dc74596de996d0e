-- Spans, errors, tokens and cost for each step of time; a step without spans has no row.
-- scope: range
WITH stored AS (
  SELECT *
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(COALESCE(@from_us, 0))
    AND start_time < TIMESTAMP_MICROS(COALESCE(@to_us, 253402300799999999))
    AND (@service IS NULL OR service = @service)
    AND (@model IS NULL OR COALESCE(request_model, response_model) = @model)
  -- Streaming may store a span twice.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY trace_id, span_id ORDER BY ingest_time) = 1
)
SELECT
  DIV(UNIX_MICROS(start_time), @step_us) * @step_us AS time,
  COUNT(*) AS spans,
  COUNTIF(status = 'error') AS errors,
  SUM(IF(is_leaf AND COALESCE(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL,
    CAST(COALESCE(input_tokens, 0) AS FLOAT64) + COALESCE(cache_read_tokens, 0) + COALESCE(cache_write_tokens, 0),
    NULL)) AS input_tokens,
  SUM(IF(is_leaf AND COALESCE(output_tokens, reasoning_tokens) IS NOT NULL,
    CAST(COALESCE(output_tokens, 0) AS FLOAT64) + COALESCE(reasoning_tokens, 0),
    NULL)) AS output_tokens,
  SUM(IF(is_leaf, cost_usd, NULL)) AS cost_usd
FROM stored
GROUP BY time
ORDER BY time
