-- For each filter of the trace list its fifty most frequent values, counted in traces.
-- scope: range
WITH chosen AS (
  SELECT trace_id, service, coalesce(request_model, response_model) AS model, operation, agent_name, prompt_version
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp(coalesce($from_us::BIGINT, 0))
    AND start_time < make_timestamp(coalesce($to_us::BIGINT, 253402300800000000))
),
counted AS (
  SELECT 'services' AS facet, service AS value, count(DISTINCT trace_id) AS count FROM chosen GROUP BY service
  UNION ALL
  SELECT 'models', model, count(DISTINCT trace_id) FROM chosen GROUP BY model
  UNION ALL
  SELECT 'operations', operation, count(DISTINCT trace_id) FROM chosen GROUP BY operation
  UNION ALL
  SELECT 'agents', agent_name, count(DISTINCT trace_id) FROM chosen GROUP BY agent_name
  UNION ALL
  SELECT 'prompt_versions', prompt_version, count(DISTINCT trace_id) FROM chosen GROUP BY prompt_version
)
SELECT facet, value, count
FROM counted
WHERE value IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY facet ORDER BY count DESC, value) <= 50
ORDER BY facet, count DESC, value
