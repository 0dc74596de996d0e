-- Verdicts of detectors on closed windows, oldest first; where there are more than 5,000, the newest.
-- scope: all
WITH newest AS (
  SELECT score_id, name, feature, slice_key, slice_value, window_start, window_end, details
  FROM scores
  WHERE tenant = $tenant
    AND source = 'detector'
    AND ($feature IS NULL OR feature = $feature)
    AND ($slice_key IS NULL OR slice_key = $slice_key)
    AND ($slice_value IS NULL OR slice_value = $slice_value)
    AND ($from_us IS NULL OR window_end > make_timestamp($from_us::BIGINT))
    AND ($to_us IS NULL OR window_start < make_timestamp($to_us::BIGINT))
  -- A repeated write is one score.
  QUALIFY row_number() OVER (PARTITION BY score_id ORDER BY ingest_time) = 1
  ORDER BY window_end DESC, score_id
  LIMIT 5000
)
SELECT
  feature,
  slice_key,
  slice_value,
  name AS detector,
  epoch_us(window_start) AS window_start,
  epoch_us(window_end) AS window_end,
  details
FROM newest
ORDER BY window_end, feature, slice_key, slice_value, detector
