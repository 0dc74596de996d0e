-- Readings of one metric of serving engines for each step of time.
-- scope: range
SELECT
  $from_us::BIGINT + (epoch_us(time) - $from_us::BIGINT) // $step_us::BIGINT * $step_us::BIGINT AS step,
  count(*) AS total,
  avg(value) AS mean,
  max(value) AS maximum
FROM serving
WHERE tenant = $tenant
  AND metric = $metric
  AND ($model IS NULL OR model = $model)
  AND time >= make_timestamp($from_us::BIGINT)
  AND time < make_timestamp($to_us::BIGINT)
GROUP BY ALL
ORDER BY step
