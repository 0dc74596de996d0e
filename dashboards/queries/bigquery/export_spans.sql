-- Every column of spans, by their ids and the range of time they start in.
-- scope: all
SELECT * REPLACE (
  UNIX_MICROS(start_time) AS start_time,
  UNIX_MICROS(end_time) AS end_time,
  UNIX_MICROS(ingest_time) AS ingest_time
)
FROM spans
WHERE tenant = @tenant
  AND start_time >= TIMESTAMP_MICROS(@from_us) AND start_time < TIMESTAMP_MICROS(@to_us)
  AND span_id IN UNNEST(@span_ids)
