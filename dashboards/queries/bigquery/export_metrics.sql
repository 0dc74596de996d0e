-- What data points were sent with, from one moment to another.
-- scope: range
SELECT
  UNIX_MICROS(time) AS time,
  UNIX_MICROS(start_time) AS start_time,
  name, unit, kind, temporality, is_monotonic, value, count, sum, minimum, maximum, bounds, bucket_counts,
  details, attributes, resource
FROM metrics
WHERE tenant = @tenant
  AND time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)
  AND (time > TIMESTAMP_MICROS(@from_us) OR ingest_time >= TIMESTAMP_MICROS(@from_ingest_us))
  AND (time < TIMESTAMP_MICROS(@to_us - 1) OR ingest_time <= TIMESTAMP_MICROS(@to_ingest_us))
ORDER BY metrics.time, ingest_time
