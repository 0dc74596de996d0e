-- For each filter of the trace list its fifty most frequent values, counted in traces.
-- scope: range
WITH chosen AS (
  SELECT trace_id, service, COALESCE(request_model, response_model) AS model, operation, agent_name, prompt_version
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(COALESCE(@from_us, 0))
    AND start_time < TIMESTAMP_MICROS(COALESCE(@to_us, 253402300799999999))
),
counted AS (
  SELECT 'services' AS facet, service AS value, COUNT(DISTINCT trace_id) AS count FROM chosen GROUP BY service
  UNION ALL
  SELECT 'models', model, COUNT(DISTINCT trace_id) FROM chosen GROUP BY model
  UNION ALL
  SELECT 'operations', operation, COUNT(DISTINCT trace_id) FROM chosen GROUP BY operation
  UNION ALL
  SELECT 'agents', agent_name, COUNT(DISTINCT trace_id) FROM chosen GROUP BY agent_name
  UNION ALL
  SELECT 'prompt_versions', prompt_version, COUNT(DISTINCT trace_id) FROM chosen GROUP BY prompt_version
)
SELECT facet, value, count
FROM counted
WHERE value IS NOT NULL
QUALIFY ROW_NUMBER() OVER (PARTITION BY facet ORDER BY count DESC, value) <= 50
ORDER BY facet, count DESC, value
