-- Each metric of each service with its newest point and the range of its values, by name.
-- scope: range
WITH chosen AS (
  SELECT *, ROW_NUMBER() OVER (PARTITION BY name, service, kind, unit ORDER BY time DESC, ingest_time DESC) = 1 AS is_newest
  FROM metrics
  WHERE tenant = @tenant
    AND time >= TIMESTAMP_MICROS(COALESCE(@from_us, 0))
    AND time < TIMESTAMP_MICROS(COALESCE(@to_us, 253402300799999999))
    AND (@service IS NULL OR service = @service)
    AND (@name IS NULL OR name = @name)
)
SELECT
  name,
  service,
  kind,
  unit,
  MAX(IF(is_newest, temporality, NULL)) AS temporality,
  COUNT(*) AS points,
  UNIX_MICROS(MIN(time)) AS first_time,
  UNIX_MICROS(MAX(time)) AS last_time,
  -- Of a gauge or a sum the value, of the other kinds how many were observed and their sum.
  MAX(IF(is_newest, value, NULL)) AS latest_value,
  MAX(IF(is_newest, chosen.count, NULL)) AS latest_count,
  MAX(IF(is_newest, chosen.sum, NULL)) AS latest_sum,
  MIN(COALESCE(value, minimum)) AS minimum,
  MAX(COALESCE(value, maximum)) AS maximum
FROM chosen
GROUP BY name, service, kind, unit
-- NULL comes first.
ORDER BY name, service, kind, unit
LIMIT @limit
