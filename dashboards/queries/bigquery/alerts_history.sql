-- Each alert once, with its latest state and when it began, newest first.
-- scope: all
WITH latest AS (
  SELECT
    *,
    MIN(time) OVER (PARTITION BY alert_id) AS since
  FROM alerts
  WHERE tenant = @tenant
    -- The table asks for a bound; an alert may be of any day.
    AND time >= TIMESTAMP_MICROS(0)
  -- 'resolved' sorts after 'firing', so of two changes at one time it wins.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY alert_id ORDER BY time DESC, state DESC) = 1
)
SELECT
  alert_id,
  state,
  rule,
  feature,
  slice_key,
  slice_value,
  summary,
  UNIX_MICROS(since) AS since,
  CASE WHEN state = 'resolved' THEN UNIX_MICROS(time) END AS resolved,
  details
FROM latest
WHERE @state IS NULL OR state = @state
ORDER BY since DESC, alert_id
LIMIT @limit
