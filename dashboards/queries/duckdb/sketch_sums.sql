-- The sketch of each slice of a feature over a range of minutes: sums added up element by element.
-- scope: sketched
WITH elements AS (
  SELECT slice_key, slice_value, unnest(sums) AS value, generate_subscripts(sums, 1) AS position
  FROM sketches
  WHERE tenant = $tenant
    AND feature = $feature
    AND sketch_id = $sketch_id
    AND minute >= make_timestamp($from_us::BIGINT)
    AND minute < make_timestamp($to_us::BIGINT)
),
totals AS (
  SELECT slice_key, slice_value, position, sum(value)::BIGINT AS total
  FROM elements
  GROUP BY slice_key, slice_value, position
),
counts AS (
  SELECT slice_key, slice_value, sum(count)::BIGINT AS count
  FROM sketches
  WHERE tenant = $tenant
    AND feature = $feature
    AND sketch_id = $sketch_id
    AND minute >= make_timestamp($from_us::BIGINT)
    AND minute < make_timestamp($to_us::BIGINT)
  GROUP BY slice_key, slice_value
)
SELECT slice_key, slice_value, any_value(counts.count) AS count, list(total ORDER BY position) AS sums
FROM totals
JOIN counts USING (slice_key, slice_value)
GROUP BY slice_key, slice_value
ORDER BY slice_key, slice_value
