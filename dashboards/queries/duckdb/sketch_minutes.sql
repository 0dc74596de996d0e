-- Vectors sketched in each minute of a feature, over all slices together, oldest minute first.
-- scope: sketched
-- arrived is when the latest row of the minute was stored.
SELECT
  epoch_us(minute) AS minute,
  sum(count)::BIGINT AS count,
  epoch_us(max(ingest_time)) AS arrived
FROM sketches
WHERE tenant = $tenant
  AND feature = $feature
  AND sketch_id = $sketch_id
  AND slice_key = 'all'
  AND minute >= make_timestamp(coalesce($from_us::BIGINT, 0))
GROUP BY minute
ORDER BY minute
LIMIT $limit::BIGINT
