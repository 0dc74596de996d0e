-- The version of everything that has one, as the latest span of a range of time names it.
-- scope: range
WITH chosen AS (
  SELECT
    start_time,
    adapter_name,
    adapter_version,
    agent_name,
    agent_version,
    chain_name,
    chain_version,
    deployment_version,
    prompt_name,
    prompt_version,
    service,
    tool_name,
    tool_version
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(@from_us)
    AND start_time < TIMESTAMP_MICROS(@to_us)
),
named AS (
  SELECT 'prompt' AS kind, prompt_name AS name, prompt_version AS version, start_time FROM chosen WHERE prompt_version IS NOT NULL
  UNION ALL
  SELECT 'chain' AS kind, chain_name AS name, chain_version AS version, start_time FROM chosen WHERE chain_version IS NOT NULL
  UNION ALL
  SELECT 'tool' AS kind, tool_name AS name, tool_version AS version, start_time FROM chosen WHERE tool_version IS NOT NULL
  UNION ALL
  SELECT 'adapter' AS kind, adapter_name AS name, adapter_version AS version, start_time FROM chosen WHERE adapter_version IS NOT NULL
  UNION ALL
  SELECT 'agent' AS kind, agent_name AS name, agent_version AS version, start_time FROM chosen WHERE agent_version IS NOT NULL
  UNION ALL
  SELECT 'deployment' AS kind, service AS name, deployment_version AS version, start_time FROM chosen WHERE deployment_version IS NOT NULL
)
SELECT kind, COALESCE(name, '') AS name, ARRAY_LAST(ARRAY_AGG(version ORDER BY start_time)) AS version
FROM named
GROUP BY kind, name
ORDER BY kind, name
LIMIT 50
