-- What spans were sent with, from one span to another; no events or links may be NULL.
-- scope: range
SELECT
  trace_id, span_id, parent_span_id, trace_state, name, kind, status, status_message,
  input_messages, output_messages, attributes, resource, duration_ms,
  UNIX_MICROS(start_time) AS start_time,
  UNIX_MICROS(end_time) AS end_time,
  events,
  links
FROM spans
WHERE tenant = @tenant
  AND spans.start_time >= TIMESTAMP_MICROS(@from_us) AND spans.start_time < TIMESTAMP_MICROS(@to_us)
  AND (
    spans.start_time > TIMESTAMP_MICROS(@from_us)
    OR trace_id > @first_trace
    OR (trace_id = @first_trace AND span_id >= @first_span)
  )
  AND (
    spans.start_time < TIMESTAMP_MICROS(@to_us - 1)
    OR trace_id < @last_trace
    OR (trace_id = @last_trace AND span_id <= @last_span)
  )
