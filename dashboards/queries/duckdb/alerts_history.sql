-- Each alert once, with its latest state and when it began, newest first.
-- scope: all
WITH latest AS (
  SELECT
    *,
    min(time) OVER (PARTITION BY alert_id) AS since
  FROM alerts
  WHERE tenant = $tenant
  -- 'resolved' sorts after 'firing', so of two changes at one time it wins.
  QUALIFY row_number() OVER (PARTITION BY alert_id ORDER BY time DESC, state DESC) = 1
)
SELECT
  alert_id,
  state,
  rule,
  feature,
  slice_key,
  slice_value,
  summary,
  epoch_us(since) AS since,
  CASE WHEN state = 'resolved' THEN epoch_us(time) END AS resolved,
  details
FROM latest
WHERE $state IS NULL OR state = $state
ORDER BY since DESC, alert_id
LIMIT $limit::BIGINT
