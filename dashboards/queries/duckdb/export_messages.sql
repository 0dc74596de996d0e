-- The contents of messages of a range of time.
-- scope: range
-- Where they are is looked up first: contents are what there is most of, and are read where a message can be alone.
WITH places AS MATERIALIZED (
  SELECT message_hash, min(first_time) AS first_time
  FROM messages
  WHERE tenant = $tenant
    AND first_time >= make_timestamp($from_us) AND first_time < make_timestamp($to_us)
    AND message_hash IN (SELECT unnest($hashes))
  GROUP BY message_hash
)
SELECT message_hash, role, text, content
FROM messages JOIN places USING (first_time, message_hash)
WHERE tenant = $tenant
