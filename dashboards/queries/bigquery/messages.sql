-- The contents of messages, each once; a hash that is not stored has no row.
-- scope: all
SELECT message_hash, role, text, content
FROM messages
WHERE tenant = @tenant AND message_hash IN UNNEST(@hashes)
  -- The table asks for a bound; a message may be of any day.
  AND first_time >= TIMESTAMP_MICROS(0)
QUALIFY ROW_NUMBER() OVER (PARTITION BY message_hash ORDER BY first_time) = 1
ORDER BY message_hash
