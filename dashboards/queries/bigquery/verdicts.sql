-- Verdicts of detectors on closed windows, oldest first; where there are more than 5,000, the newest.
-- scope: all
WITH newest AS (
  SELECT score_id, name, feature, slice_key, slice_value, window_start, window_end, details
  FROM scores
  WHERE tenant = @tenant
    -- The table asks for a bound; a verdict may be of any day.
    AND time >= TIMESTAMP_MICROS(0)
    AND source = 'detector'
    AND (@feature IS NULL OR feature = @feature)
    AND (@slice_key IS NULL OR slice_key = @slice_key)
    AND (@slice_value IS NULL OR slice_value = @slice_value)
    AND (@from_us IS NULL OR window_end > TIMESTAMP_MICROS(@from_us))
    AND (@to_us IS NULL OR window_start < TIMESTAMP_MICROS(@to_us))
  -- A repeated write is one score.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
  ORDER BY window_end DESC, score_id
  LIMIT 5000
)
SELECT
  feature,
  slice_key,
  slice_value,
  name AS detector,
  UNIX_MICROS(window_start) AS window_start,
  UNIX_MICROS(window_end) AS window_end,
  details
FROM newest
ORDER BY window_end, feature, slice_key, slice_value, detector
