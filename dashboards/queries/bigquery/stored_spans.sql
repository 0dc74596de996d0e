-- Which of these spans are stored.
-- scope: all
SELECT DISTINCT trace_id, span_id
FROM spans
WHERE tenant = @tenant AND span_id IN UNNEST(@span_ids)
  -- The table asks for a bound; a span may be of any day.
  AND start_time >= TIMESTAMP_MICROS(0)
