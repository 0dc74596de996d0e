-- When data points happened and were stored, in the order of an export, those after a given moment.
-- scope: range
SELECT UNIX_MICROS(time) AS time, UNIX_MICROS(ingest_time) AS ingest_time
FROM metrics
WHERE tenant = @tenant
  AND time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)
  AND (time > TIMESTAMP_MICROS(@from_us) OR ingest_time > TIMESTAMP_MICROS(@after_ingest_us))
ORDER BY time, ingest_time
LIMIT @limit
