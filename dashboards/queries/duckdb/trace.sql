-- The outline of one trace: every span with what a waterfall shows of it.
-- scope: all
SELECT
  span_id,
  parent_span_id,
  name,
  operation,
  service,
  dialect,
  epoch_us(start_time) AS start_time,
  epoch_us(start_time) - min(epoch_us(start_time)) OVER () AS start_us,
  duration_ms,
  status,
  error_type,
  coalesce(request_model, response_model) AS model,
  tool_name,
  agent_name,
  CASE WHEN coalesce(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL
    THEN coalesce(input_tokens, 0)::DOUBLE + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
  END AS input_tokens,
  CASE WHEN coalesce(output_tokens, reasoning_tokens) IS NOT NULL
    THEN coalesce(output_tokens, 0)::DOUBLE + coalesce(reasoning_tokens, 0)
  END AS output_tokens,
  cost_usd,
  cost_method,
  is_leaf,
  ttft_ms
FROM spans
WHERE tenant = $tenant AND trace_id = $trace_id
-- Many clocks tick in milliseconds: of two spans that began in one, the first to end came first.
ORDER BY start_time, end_time, span_id
