-- Every column of one span.
-- scope: all
SELECT * REPLACE (
  UNIX_MICROS(start_time) AS start_time,
  UNIX_MICROS(end_time) AS end_time,
  UNIX_MICROS(ingest_time) AS ingest_time
)
FROM spans
WHERE tenant = @tenant AND trace_id = @trace_id AND span_id = @span_id
  -- The table asks for a bound; the span may be of any day.
  AND start_time >= TIMESTAMP_MICROS(0)
LIMIT 1
