-- The outline of one trace: every span with what a waterfall shows of it.
-- scope: all
WITH stored AS (
  SELECT *
  FROM spans
  WHERE tenant = @tenant AND trace_id = @trace_id
    -- The table asks for a bound; the trace may be of any day.
    AND start_time >= TIMESTAMP_MICROS(0)
  -- Streaming may store a span twice.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY span_id ORDER BY ingest_time) = 1
)
SELECT
  span_id,
  parent_span_id,
  name,
  operation,
  service,
  dialect,
  UNIX_MICROS(start_time) AS start_time,
  UNIX_MICROS(start_time) - MIN(UNIX_MICROS(start_time)) OVER () AS start_us,
  duration_ms,
  status,
  error_type,
  COALESCE(request_model, response_model) AS model,
  tool_name,
  agent_name,
  CASE WHEN COALESCE(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL
    THEN CAST(COALESCE(input_tokens, 0) AS FLOAT64) + COALESCE(cache_read_tokens, 0) + COALESCE(cache_write_tokens, 0)
  END AS input_tokens,
  CASE WHEN COALESCE(output_tokens, reasoning_tokens) IS NOT NULL
    THEN CAST(COALESCE(output_tokens, 0) AS FLOAT64) + COALESCE(reasoning_tokens, 0)
  END AS output_tokens,
  cost_usd,
  cost_method,
  is_leaf,
  ttft_ms
FROM stored
-- Many clocks tick in milliseconds: of two spans that began in one, the first to end came first.
ORDER BY start_time, end_time, span_id
