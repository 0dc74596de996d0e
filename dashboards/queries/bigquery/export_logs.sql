-- What log records were sent with, from one moment to another.
-- scope: range
SELECT
  UNIX_MICROS(time) AS time,
  UNIX_MICROS(observed_time) AS observed_time,
  trace_id, span_id, severity_number, severity_text, event_name, input_messages, output_messages,
  body, attributes, resource
FROM logs
WHERE tenant = @tenant
  AND time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)
  AND (time > TIMESTAMP_MICROS(@from_us) OR ingest_time >= TIMESTAMP_MICROS(@from_ingest_us))
  AND (time < TIMESTAMP_MICROS(@to_us - 1) OR ingest_time <= TIMESTAMP_MICROS(@to_ingest_us))
ORDER BY logs.time, ingest_time
