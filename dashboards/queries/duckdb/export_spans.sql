-- Every column of spans, by their ids and the range of time they start in.
-- scope: all
SELECT * REPLACE (
  epoch_us(start_time) AS start_time,
  epoch_us(end_time) AS end_time,
  epoch_us(ingest_time) AS ingest_time
)
FROM spans
WHERE tenant = $tenant
  AND start_time >= make_timestamp($from_us) AND start_time < make_timestamp($to_us)
  AND span_id IN (SELECT unnest($span_ids))
