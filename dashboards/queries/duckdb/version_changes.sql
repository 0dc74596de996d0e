-- When versions of prompts, chains, adapters and deployments were first seen where there was another before, newest first.
-- scope: all
WITH seen AS (
  SELECT kind, name, version, min(first_time) AS first_time
  FROM versions
  WHERE tenant = $tenant AND kind IN ('prompt', 'chain', 'adapter', 'deployment')
  GROUP BY kind, name, version
)
SELECT kind, name, version, epoch_us(first_time) AS first_time
FROM seen
WHERE first_time <= make_timestamp($to_us::BIGINT)
QUALIFY row_number() OVER (PARTITION BY kind, name ORDER BY first_time) > 1
ORDER BY first_time DESC, kind, name, version
LIMIT $limit::BIGINT
