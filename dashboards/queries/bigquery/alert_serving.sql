-- Readings of one metric of serving engines for each step of time.
-- scope: range
SELECT
  @from_us + DIV(UNIX_MICROS(time) - @from_us, @step_us) * @step_us AS step,
  COUNT(*) AS total,
  AVG(value) AS mean,
  MAX(value) AS maximum
FROM serving
WHERE tenant = @tenant
  AND metric = @metric
  AND (@model IS NULL OR model = @model)
  AND time >= TIMESTAMP_MICROS(@from_us)
  AND time < TIMESTAMP_MICROS(@to_us)
GROUP BY step
ORDER BY step
