-- Vectors sketched in each minute of a feature, over all slices together, oldest minute first.
-- scope: sketched
-- arrived is when the latest row of the minute was stored.
SELECT
  UNIX_MICROS(minute) AS minute,
  SUM(count) AS count,
  UNIX_MICROS(MAX(ingest_time)) AS arrived
FROM sketches
WHERE tenant = @tenant
  AND feature = @feature
  AND sketch_id = @sketch_id
  AND slice_key = 'all'
  AND minute >= TIMESTAMP_MICROS(COALESCE(@from_us, 0))
GROUP BY sketches.minute
ORDER BY minute
LIMIT @limit
