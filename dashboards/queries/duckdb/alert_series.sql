-- Figures of spans for each step of time and each value of one column; a step without spans has no row.
-- scope: range
WITH chosen AS (
  SELECT
    epoch_us(start_time) AS start_us,
    CASE $split_by
      WHEN 'service' THEN service
      WHEN 'environment' THEN environment
      WHEN 'model' THEN coalesce(request_model, response_model)
      WHEN 'provider' THEN provider
      WHEN 'operation' THEN operation
      WHEN 'agent' THEN agent_name
      WHEN 'tool' THEN tool_name
      WHEN 'prompt' THEN prompt_name
      WHEN 'prompt_version' THEN prompt_version
      WHEN 'chain' THEN chain_name
      WHEN 'chain_version' THEN chain_version
      WHEN 'adapter' THEN adapter_name
      WHEN 'deployment_version' THEN deployment_version
      WHEN 'user' THEN user_id
    END AS split,
    status = 'error' AS is_error,
    is_leaf,
    duration_ms,
    ttft_ms,
    tpot_ms,
    queue_ms,
    cost_usd,
    is_leaf AND cost_method = 'unpriced' AS is_unpriced,
    coalesce(input_tokens, 0)::DOUBLE + coalesce(cache_read_tokens, 0) + coalesce(cache_write_tokens, 0)
      AS input_tokens,
    coalesce(output_tokens, 0)::DOUBLE + coalesce(reasoning_tokens, 0) AS output_tokens,
    CASE $sli
      WHEN 'latency' THEN duration_ms
      WHEN 'ttft' THEN ttft_ms
      WHEN 'cost' THEN cost_usd
      ELSE (status = 'error')::INTEGER::DOUBLE
    END AS sli_value
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp($from_us::BIGINT)
    AND start_time < make_timestamp($to_us::BIGINT)
    AND CASE $population
      WHEN 'calls' THEN is_leaf
      WHEN 'traces' THEN parent_span_id IS NULL
      WHEN 'tools' THEN operation = 'execute_tool'
      ELSE TRUE
    END
    AND ($service IS NULL OR service = $service)
    AND ($environment IS NULL OR environment = $environment)
    AND ($model IS NULL OR coalesce(request_model, response_model) = $model)
    AND ($provider IS NULL OR provider = $provider)
    AND ($operation IS NULL OR operation = $operation)
    AND ($agent IS NULL OR agent_name = $agent)
    AND ($tool IS NULL OR tool_name = $tool)
    AND ($prompt IS NULL OR prompt_name = $prompt)
    AND ($prompt_version IS NULL OR prompt_version = $prompt_version)
    AND ($chain IS NULL OR chain_name = $chain)
    AND ($chain_version IS NULL OR chain_version = $chain_version)
    AND ($adapter IS NULL OR adapter_name = $adapter)
    AND ($deployment_version IS NULL OR deployment_version = $deployment_version)
    AND ($user IS NULL OR user_id = $user)
)
SELECT
  $from_us::BIGINT + (start_us - $from_us::BIGINT) // $step_us::BIGINT * $step_us::BIGINT AS time,
  split,
  count(*) AS requests,
  count(*) FILTER (is_error) AS errors,
  count(*) FILTER (is_unpriced) AS unpriced,
  count(duration_ms) AS duration_count,
  quantile_cont(duration_ms, 0.5) AS duration_p50_ms,
  quantile_cont(duration_ms, 0.9) AS duration_p90_ms,
  quantile_cont(duration_ms, 0.95) AS duration_p95_ms,
  quantile_cont(duration_ms, 0.99) AS duration_p99_ms,
  count(ttft_ms) AS ttft_count,
  quantile_cont(ttft_ms, 0.5) AS ttft_p50_ms,
  quantile_cont(ttft_ms, 0.9) AS ttft_p90_ms,
  quantile_cont(ttft_ms, 0.95) AS ttft_p95_ms,
  quantile_cont(ttft_ms, 0.99) AS ttft_p99_ms,
  count(tpot_ms) AS tpot_count,
  quantile_cont(tpot_ms, 0.95) AS tpot_p95_ms,
  count(queue_ms) AS queue_count,
  quantile_cont(queue_ms, 0.95) AS queue_p95_ms,
  sum(cost_usd) FILTER (is_leaf) AS cost_usd,
  sum(input_tokens) FILTER (is_leaf) AS input_tokens,
  sum(output_tokens) FILTER (is_leaf) AS output_tokens,
  count(sli_value) AS sli_total,
  count(*) FILTER (sli_value > $threshold::DOUBLE) AS sli_bad
FROM chosen
GROUP BY ALL
ORDER BY time, requests DESC, split
LIMIT 10000
