-- The log records and events of one trace, oldest first.
-- scope: all
SELECT
  epoch_us(time) AS time,
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
WHERE tenant = $tenant AND trace_id = $trace_id
-- Records of one time stand in the order they were stored, as far as it is known.
ORDER BY time, ingest_time, span_id, event_name
LIMIT $limit::BIGINT
