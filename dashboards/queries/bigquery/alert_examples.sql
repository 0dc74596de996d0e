-- Traces of the spans that speak most for an alert, the worst first.
-- scope: range
WITH chosen AS (
  SELECT
    trace_id,
    start_time,
    CASE @worst
      WHEN 'errors' THEN CASE WHEN status = 'error' THEN 1.0 END
      WHEN 'duration' THEN duration_ms
      WHEN 'ttft' THEN ttft_ms
      WHEN 'cost' THEN cost_usd
      WHEN 'unpriced' THEN CASE WHEN cost_method = 'unpriced' THEN 1.0 END
      ELSE 0.0
    END AS badness
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
)
SELECT trace_id
FROM chosen
WHERE badness IS NOT NULL
GROUP BY trace_id
ORDER BY MAX(badness) DESC, MAX(start_time) DESC, trace_id
LIMIT 3
