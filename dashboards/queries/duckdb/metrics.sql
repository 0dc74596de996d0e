-- Each metric of each service with its newest point and the range of its values, by name.
-- scope: range
WITH chosen AS (
  SELECT *, row_number() OVER (PARTITION BY name, service, kind, unit ORDER BY time DESC, ingest_time DESC) = 1 AS is_newest
  FROM metrics
  WHERE tenant = $tenant
    AND time >= make_timestamp(coalesce($from_us::BIGINT, 0))
    AND time < make_timestamp(coalesce($to_us::BIGINT, 253402300800000000))
    AND ($service IS NULL OR service = $service)
    AND ($name IS NULL OR name = $name)
)
SELECT
  name,
  service,
  kind,
  unit,
  any_value(temporality) FILTER (is_newest) AS temporality,
  count(*) AS points,
  epoch_us(min(time)) AS first_time,
  epoch_us(max(time)) AS last_time,
  -- Of a gauge or a sum the value, of the other kinds how many were observed and their sum.
  any_value(value) FILTER (is_newest) AS latest_value,
  any_value(count) FILTER (is_newest) AS latest_count,
  any_value(sum) FILTER (is_newest) AS latest_sum,
  min(coalesce(value, minimum)) AS minimum,
  max(coalesce(value, maximum)) AS maximum
FROM chosen
GROUP BY name, service, kind, unit
ORDER BY name, service NULLS FIRST, kind, unit NULLS FIRST
LIMIT $limit::BIGINT
