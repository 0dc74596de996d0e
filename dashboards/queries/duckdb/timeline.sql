-- Spans, errors, tokens and cost for each step of time; a step without spans has no row.
-- scope: range
SELECT
  epoch_us(start_time) // $step_us::BIGINT * $step_us::BIGINT AS time,
  count(*) AS spans,
  count(*) FILTER (status = 'error') AS errors,
  sum(coalesce(input_tokens, 0)::DOUBLE + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0))
    FILTER (is_leaf AND coalesce(input_tokens, cache_read_tokens, cache_write_tokens) IS NOT NULL) AS input_tokens,
  sum(coalesce(output_tokens, 0)::DOUBLE + coalesce(reasoning_tokens, 0))
    FILTER (is_leaf AND coalesce(output_tokens, reasoning_tokens) IS NOT NULL) AS output_tokens,
  sum(cost_usd) FILTER (is_leaf) AS cost_usd
FROM spans
WHERE tenant = $tenant
  AND start_time >= make_timestamp(coalesce($from_us::BIGINT, 0))
  AND start_time < make_timestamp(coalesce($to_us::BIGINT, 253402300800000000))
  AND ($service IS NULL OR service = $service)
  AND ($model IS NULL OR coalesce(request_model, response_model) = $model)
GROUP BY ALL
ORDER BY time
