-- Features that have vectors in a range of time, with what made them.
-- scope: range
SELECT feature, encoder, dimension, COUNT(*) AS count
FROM embeddings
WHERE tenant = @tenant
  AND (@feature IS NULL OR feature = @feature)
  AND time >= TIMESTAMP_MICROS(@from_us)
  AND time < TIMESTAMP_MICROS(@to_us)
GROUP BY feature, encoder, dimension
ORDER BY feature, encoder, dimension
LIMIT @limit
