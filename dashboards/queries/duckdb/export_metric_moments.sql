-- When data points happened and were stored, in the order of an export, those after a given moment.
-- scope: range
SELECT epoch_us(time) AS time, epoch_us(ingest_time) AS ingest_time
FROM metrics
WHERE tenant = $tenant
  AND time >= make_timestamp($from_us) AND time < make_timestamp($to_us)
  AND (time > make_timestamp($from_us) OR ingest_time > make_timestamp($after_ingest_us))
ORDER BY time, ingest_time
LIMIT $limit
