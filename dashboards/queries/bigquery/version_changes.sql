-- When versions of prompts, chains, adapters and deployments were first seen where there was another before, newest first.
-- scope: all
WITH seen AS (
  SELECT kind, name, version, MIN(first_time) AS first_time
  FROM versions
  WHERE tenant = @tenant
    AND kind IN ('prompt', 'chain', 'adapter', 'deployment')
    -- The table asks for a bound; a version may be of any day.
    AND first_time >= TIMESTAMP_MICROS(0)
  GROUP BY kind, name, version
)
SELECT kind, name, version, UNIX_MICROS(seen.first_time) AS first_time
FROM seen
WHERE seen.first_time <= TIMESTAMP_MICROS(@to_us)
QUALIFY ROW_NUMBER() OVER (PARTITION BY kind, name ORDER BY seen.first_time) > 1
ORDER BY first_time DESC, kind, name, version
LIMIT @limit
