-- The log records and events of one trace, oldest first.
-- scope: all
SELECT
  UNIX_MICROS(time) AS time,
  span_id,
  service,
  severity_number,
  severity_text,
  event_name,
  input_messages,
  output_messages,
  body,
  attributes,
  resource
FROM logs
WHERE tenant = @tenant AND trace_id = @trace_id
  -- The table asks for a bound; the trace may be of any day.
  AND logs.time >= TIMESTAMP_MICROS(0)
-- Records of one time stand in the order they were stored, as far as it is known.
ORDER BY logs.time, ingest_time, span_id, event_name
LIMIT @limit
