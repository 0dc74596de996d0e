-- The contents of messages of a range of time, each once.
-- scope: all
SELECT message_hash, role, text, content
FROM messages
WHERE tenant = $tenant
  AND first_time >= make_timestamp($from_us) AND first_time < make_timestamp($to_us)
  AND message_hash IN (SELECT unnest($hashes))
QUALIFY row_number() OVER (PARTITION BY message_hash ORDER BY first_time) = 1
