-- Every column of one span.
-- scope: all
SELECT * REPLACE (
  epoch_us(start_time) AS start_time,
  epoch_us(end_time) AS end_time,
  epoch_us(ingest_time) AS ingest_time,
  epoch_us(stored_time) AS stored_time,
  epoch_us(conversation_time) AS conversation_time
)
FROM spans
WHERE tenant = $tenant AND trace_id = $trace_id AND span_id = $span_id
LIMIT 1
