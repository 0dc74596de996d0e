-- Scores of one name for each step of time: how many, their mean, and how many are below a threshold.
-- scope: range
WITH once AS (
  SELECT UNIX_MICROS(time) AS time_us, value
  FROM scores
  WHERE tenant = @tenant
    AND name = @name
    AND source <> 'detector'
    AND value IS NOT NULL
    AND time >= TIMESTAMP_MICROS(@from_us)
    AND time < TIMESTAMP_MICROS(@to_us)
  -- A repeated write is one score.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
)
SELECT
  @from_us + DIV(time_us - @from_us, @step_us) * @step_us AS time,
  COUNT(*) AS total,
  AVG(value) AS mean,
  COUNTIF(value < CAST(@threshold AS FLOAT64)) AS bad
FROM once
GROUP BY time
ORDER BY time
