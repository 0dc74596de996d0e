-- The sketch of each slice of a feature over a range of minutes: sums added up element by element.
-- scope: sketched
WITH chosen AS (
  SELECT slice_key, slice_value, count, sums
  FROM sketches
  WHERE tenant = @tenant
    AND feature = @feature
    AND sketch_id = @sketch_id
    AND minute >= TIMESTAMP_MICROS(@from_us)
    AND minute < TIMESTAMP_MICROS(@to_us)
),
totals AS (
  SELECT slice_key, slice_value, position, SUM(value) AS total
  FROM chosen, UNNEST(sums) AS value WITH OFFSET AS position
  GROUP BY slice_key, slice_value, position
),
counts AS (
  SELECT slice_key, slice_value, SUM(count) AS count
  FROM chosen
  GROUP BY slice_key, slice_value
)
SELECT slice_key, slice_value, ANY_VALUE(counts.count) AS count, ARRAY_AGG(total ORDER BY position) AS sums
FROM totals
JOIN counts USING (slice_key, slice_value)
GROUP BY slice_key, slice_value
ORDER BY slice_key, slice_value
