-- Spans in a range of time with all that features are made of, optionally of one slice; where there are more than the limit, the same random conversations each time.
-- scope: since
-- Of a trace counts what was stored until its root was and began hardly before it, of texts their beginning.
WITH chosen AS MATERIALIZED (
  SELECT *
  FROM spans
  WHERE tenant = $tenant
    AND start_time >= make_timestamp($from_us::BIGINT)
    AND start_time < make_timestamp($to_us::BIGINT)
    AND ($slice_key = 'all' OR CASE $slice_key
      WHEN 'service' THEN service
      WHEN 'request_model' THEN request_model
      WHEN 'prompt_version' THEN prompt_version
      WHEN 'chain_name' THEN chain_name
      WHEN 'tool_name' THEN tool_name
      WHEN 'adapter_name' THEN adapter_name
      WHEN 'user_segment' THEN user_segment
    END = $slice_value)
  -- The digest stands for a random number that stays the same.
  ORDER BY md5(coalesce(conversation_id, trace_id)), trace_id, span_id
  LIMIT $limit::BIGINT
),
steps AS (
  SELECT
    r.trace_id,
    r.span_id,
    c.is_leaf,
    c.tool_name,
    coalesce(c.operation, '') = 'execute_tool' AS is_tool,
    json_extract_string(c.attributes, '$."' || $arguments_key || '"') AS arguments
  FROM chosen AS r
  JOIN spans AS c
    ON c.tenant = r.tenant
    AND c.trace_id = r.trace_id
    -- What a span gained later does not make it a later one.
    AND coalesce(c.stored_time, c.ingest_time) <= coalesce(r.stored_time, r.ingest_time)
    AND epoch_us(c.start_time) >= epoch_us(r.start_time) - $trace_lead_us::BIGINT
  WHERE r.parent_span_id IS NULL
),
traces AS (
  SELECT
    trace_id,
    span_id,
    count(*) FILTER (is_leaf OR is_tool) AS steps,
    count(*) FILTER (is_tool) AS tool_calls,
    count(*) FILTER (is_tool AND arguments IS NOT NULL)
      - count(DISTINCT coalesce(tool_name, '') || ' ' || arguments) FILTER (is_tool) AS repeated_tool_calls
  FROM steps
  GROUP BY trace_id, span_id
),
-- A text may be stored on several days.
texts AS (
  SELECT message_hash, any_value(role) AS role, any_value(text) AS text
  FROM messages
  WHERE tenant = $tenant
    AND message_hash IN (
      SELECT input_messages[-1] FROM chosen
      UNION ALL
      SELECT output_messages[-1] FROM chosen
    )
  GROUP BY message_hash
)
SELECT
  s.tenant,
  s.trace_id,
  s.span_id,
  s.conversation_id,
  epoch_us(s.start_time) AS time,
  epoch_us(s.ingest_time) AS ingest_time,
  s.service,
  s.request_model,
  s.prompt_version,
  s.chain_name,
  s.tool_name,
  s.adapter_name,
  s.user_segment,
  s.status,
  s.error_type,
  s.operation,
  s.provider,
  s.response_model,
  s.finish_reasons,
  s.agent_name,
  s.duration_ms,
  s.ttft_ms,
  s.tpot_ms,
  s.queue_ms,
  s.input_tokens,
  s.cache_read_tokens,
  s.output_tokens,
  s.reasoning_tokens,
  s.cost_usd,
  s.is_leaf,
  s.parent_span_id,
  left(q.text, 4000) AS input_text,
  left(o.text, 4000) AS output_text,
  t.steps,
  t.tool_calls,
  t.repeated_tool_calls
FROM chosen AS s
LEFT JOIN texts AS q ON q.message_hash = s.input_messages[-1] AND q.role = 'user'
LEFT JOIN texts AS o ON o.message_hash = s.output_messages[-1]
LEFT JOIN traces AS t ON t.trace_id = s.trace_id AND t.span_id = s.span_id
ORDER BY s.start_time, s.trace_id, s.span_id
