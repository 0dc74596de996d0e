-- What data points were sent with, from one moment to another.
-- scope: range
SELECT
  epoch_us(time) AS time,
  epoch_us(start_time) AS start_time,
  name, unit, kind, temporality, is_monotonic, value, count, sum, minimum, maximum, bounds, bucket_counts,
  details, attributes, resource
FROM metrics
WHERE tenant = $tenant
  AND time >= make_timestamp($from_us) AND time < make_timestamp($to_us)
  AND (time > make_timestamp($from_us) OR ingest_time >= make_timestamp($from_ingest_us))
  AND (time < make_timestamp($to_us - 1) OR ingest_time <= make_timestamp($to_ingest_us))
ORDER BY metrics.time, ingest_time
