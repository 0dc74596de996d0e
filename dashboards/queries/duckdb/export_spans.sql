-- What spans were sent with, from one span to another; no events or links may be NULL.
-- scope: range
SELECT
  trace_id, span_id, parent_span_id, trace_state, name, kind, status, status_message,
  input_messages, output_messages, attributes, resource, duration_ms,
  epoch_us(start_time) AS start_time,
  epoch_us(end_time) AS end_time,
  nullif(events, '[]') AS events,
  nullif(links, '[]') AS links
FROM spans
WHERE tenant = $tenant
  AND spans.start_time >= make_timestamp($from_us) AND spans.start_time < make_timestamp($to_us)
  AND (
    spans.start_time > make_timestamp($from_us)
    OR trace_id > $first_trace
    OR (trace_id = $first_trace AND span_id >= $first_span)
  )
  AND (
    spans.start_time < make_timestamp($to_us - 1)
    OR trace_id < $last_trace
    OR (trace_id = $last_trace AND span_id <= $last_span)
  )
