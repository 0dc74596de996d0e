-- The contents of messages, each once; a hash that is not stored has no row.
-- scope: all
SELECT message_hash, role, text, content
FROM messages
WHERE tenant = $tenant AND message_hash IN (SELECT unnest($hashes))
QUALIFY row_number() OVER (PARTITION BY message_hash ORDER BY first_time) = 1
ORDER BY message_hash
