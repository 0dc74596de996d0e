-- Features that have vectors in a range of time, with what made them.
-- scope: range
SELECT feature, encoder, dimension, count(*) AS count
FROM embeddings
WHERE tenant = $tenant
  AND ($feature IS NULL OR feature = $feature)
  AND time >= make_timestamp($from_us::BIGINT)
  AND time < make_timestamp($to_us::BIGINT)
GROUP BY feature, encoder, dimension
ORDER BY feature, encoder, dimension
LIMIT $limit::BIGINT
