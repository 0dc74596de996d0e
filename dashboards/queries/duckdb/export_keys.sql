-- Keys of spans in the order of an export, those after a given one.
-- scope: range
SELECT DISTINCT epoch_us(start_time) AS start_time, trace_id, span_id
FROM spans
WHERE tenant = $tenant
  AND start_time >= make_timestamp($from_us) AND start_time < make_timestamp($to_us)
  AND (
    start_time > make_timestamp($from_us)
    OR trace_id > $after_trace
    OR (trace_id = $after_trace AND span_id > $after_span)
  )
ORDER BY start_time, trace_id, span_id
LIMIT $limit
