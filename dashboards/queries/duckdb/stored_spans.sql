-- Which of these spans are stored.
-- scope: all
SELECT DISTINCT trace_id, span_id
FROM spans
WHERE tenant = $tenant AND span_id IN (SELECT unnest($span_ids))
