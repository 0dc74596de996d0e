-- What log records were sent with, from one moment to another.
-- scope: range
SELECT
  epoch_us(time) AS time,
  epoch_us(observed_time) AS observed_time,
  trace_id, span_id, severity_number, severity_text, event_name, input_messages, output_messages,
  body, attributes, resource
FROM logs
WHERE tenant = $tenant
  AND time >= make_timestamp($from_us) AND time < make_timestamp($to_us)
  AND (time > make_timestamp($from_us) OR ingest_time >= make_timestamp($from_ingest_us))
  AND (time < make_timestamp($to_us - 1) OR ingest_time <= make_timestamp($to_ingest_us))
ORDER BY logs.time, ingest_time
