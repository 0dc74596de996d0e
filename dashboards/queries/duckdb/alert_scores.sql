-- Scores of one name for each step of time: how many, their mean, and how many are below a threshold.
-- scope: range
WITH once AS (
  SELECT epoch_us(time) AS time_us, value
  FROM scores
  WHERE tenant = $tenant
    AND name = $name
    AND source <> 'detector'
    AND value IS NOT NULL
    AND time >= make_timestamp($from_us::BIGINT)
    AND time < make_timestamp($to_us::BIGINT)
  -- A repeated write is one score.
  QUALIFY row_number() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
)
SELECT
  $from_us::BIGINT + (time_us - $from_us::BIGINT) // $step_us::BIGINT * $step_us::BIGINT AS time,
  count(*) AS total,
  avg(value) AS mean,
  count(*) FILTER (value < $threshold::DOUBLE) AS bad
FROM once
GROUP BY ALL
ORDER BY time
