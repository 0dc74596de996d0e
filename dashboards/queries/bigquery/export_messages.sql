-- The contents of messages of a range of time.
-- scope: range
SELECT message_hash, role, text, content
FROM messages
WHERE tenant = @tenant
  AND first_time >= TIMESTAMP_MICROS(@from_us) AND first_time < TIMESTAMP_MICROS(@to_us)
  AND message_hash IN UNNEST(@hashes)
QUALIFY ROW_NUMBER() OVER (PARTITION BY message_hash ORDER BY first_time) = 1
