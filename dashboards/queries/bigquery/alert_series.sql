-- Figures of spans for each step of time and each value of one column; a step without spans has no row.
-- scope: range
WITH stored AS (
  SELECT *
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(@from_us)
    AND start_time < TIMESTAMP_MICROS(@to_us)
    AND CASE @population
      WHEN 'calls' THEN is_leaf
      WHEN 'traces' THEN parent_span_id IS NULL
      WHEN 'tools' THEN operation = 'execute_tool'
      ELSE TRUE
    END
    AND (@service IS NULL OR service = @service)
    AND (@environment IS NULL OR environment = @environment)
    AND (@model IS NULL OR COALESCE(request_model, response_model) = @model)
    AND (@provider IS NULL OR provider = @provider)
    AND (@operation IS NULL OR operation = @operation)
    AND (@agent IS NULL OR agent_name = @agent)
    AND (@tool IS NULL OR tool_name = @tool)
    AND (@prompt IS NULL OR prompt_name = @prompt)
    AND (@prompt_version IS NULL OR prompt_version = @prompt_version)
    AND (@chain IS NULL OR chain_name = @chain)
    AND (@chain_version IS NULL OR chain_version = @chain_version)
    AND (@adapter IS NULL OR adapter_name = @adapter)
    AND (@deployment_version IS NULL OR deployment_version = @deployment_version)
    AND (@user IS NULL OR user_id = @user)
  -- Streaming may store a span twice.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY trace_id, span_id ORDER BY ingest_time) = 1
),
chosen AS (
  SELECT
    @from_us + DIV(UNIX_MICROS(start_time) - @from_us, @step_us) * @step_us AS time,
    CASE @split_by
      WHEN 'service' THEN service
      WHEN 'environment' THEN environment
      WHEN 'model' THEN COALESCE(request_model, response_model)
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
    CAST(COALESCE(input_tokens, 0) AS FLOAT64) + COALESCE(cache_read_tokens, 0) + COALESCE(cache_write_tokens, 0)
      AS input_tokens,
    CAST(COALESCE(output_tokens, 0) AS FLOAT64) + COALESCE(reasoning_tokens, 0) AS output_tokens,
    CASE @sli
      WHEN 'latency' THEN duration_ms
      WHEN 'ttft' THEN ttft_ms
      WHEN 'cost' THEN cost_usd
      ELSE CAST(IF(status = 'error', 1, 0) AS FLOAT64)
    END AS sli_value
  FROM stored
)
SELECT
  time,
  split,
  COUNT(*) AS requests,
  COUNTIF(is_error) AS errors,
  COUNTIF(is_unpriced) AS unpriced,
  COUNT(duration_ms) AS duration_count,
  APPROX_QUANTILES(duration_ms, 100)[OFFSET(50)] AS duration_p50_ms,
  APPROX_QUANTILES(duration_ms, 100)[OFFSET(90)] AS duration_p90_ms,
  APPROX_QUANTILES(duration_ms, 100)[OFFSET(95)] AS duration_p95_ms,
  APPROX_QUANTILES(duration_ms, 100)[OFFSET(99)] AS duration_p99_ms,
  COUNT(ttft_ms) AS ttft_count,
  APPROX_QUANTILES(ttft_ms, 100)[OFFSET(50)] AS ttft_p50_ms,
  APPROX_QUANTILES(ttft_ms, 100)[OFFSET(90)] AS ttft_p90_ms,
  APPROX_QUANTILES(ttft_ms, 100)[OFFSET(95)] AS ttft_p95_ms,
  APPROX_QUANTILES(ttft_ms, 100)[OFFSET(99)] AS ttft_p99_ms,
  COUNT(tpot_ms) AS tpot_count,
  APPROX_QUANTILES(tpot_ms, 100)[OFFSET(95)] AS tpot_p95_ms,
  COUNT(queue_ms) AS queue_count,
  APPROX_QUANTILES(queue_ms, 100)[OFFSET(95)] AS queue_p95_ms,
  SUM(IF(is_leaf, cost_usd, NULL)) AS cost_usd,
  SUM(IF(is_leaf, input_tokens, NULL)) AS input_tokens,
  SUM(IF(is_leaf, output_tokens, NULL)) AS output_tokens,
  COUNT(sli_value) AS sli_total,
  COUNTIF(sli_value > CAST(@threshold AS FLOAT64)) AS sli_bad
FROM chosen
GROUP BY time, split
ORDER BY time, requests DESC, split
LIMIT 10000
