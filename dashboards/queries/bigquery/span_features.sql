-- Spans in a range of time with all that features are made of, optionally of one slice; where there are more than the limit, the same random conversations each time.
-- scope: since
-- Of a trace counts what was stored until its root was and began hardly before it, of texts their beginning.
WITH chosen AS (
  SELECT
    *,
    IF(ARRAY_LENGTH(input_messages) > 0, ARRAY_LAST(input_messages), NULL) AS last_input,
    IF(ARRAY_LENGTH(output_messages) > 0, ARRAY_LAST(output_messages), NULL) AS last_output
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(@from_us)
    AND start_time < TIMESTAMP_MICROS(@to_us)
    AND (@slice_key = 'all' OR CASE @slice_key
      WHEN 'service' THEN service
      WHEN 'request_model' THEN request_model
      WHEN 'prompt_version' THEN prompt_version
      WHEN 'chain_name' THEN chain_name
      WHEN 'tool_name' THEN tool_name
      WHEN 'adapter_name' THEN adapter_name
      WHEN 'user_segment' THEN user_segment
    END = @slice_value)
  -- A repeated write is one span.
  QUALIFY ROW_NUMBER() OVER (PARTITION BY trace_id, span_id ORDER BY ingest_time) = 1
  -- The digest stands for a random number that stays the same.
  ORDER BY TO_HEX(MD5(COALESCE(conversation_id, trace_id))), trace_id, span_id
  LIMIT @limit
),
calls AS (
  SELECT
    trace_id,
    start_time,
    ingest_time,
    is_leaf,
    tool_name,
    COALESCE(operation, '') = 'execute_tool' AS is_tool,
    LAX_STRING(attributes[@arguments_key]) AS arguments
  FROM spans
  WHERE tenant = @tenant
    AND start_time >= TIMESTAMP_MICROS(@from_us)
    AND start_time < TIMESTAMP_MICROS(@to_us)
),
steps AS (
  SELECT r.trace_id, r.span_id, c.is_leaf, c.tool_name, c.is_tool, c.arguments
  FROM chosen AS r
  JOIN calls AS c
    ON c.trace_id = r.trace_id
    AND c.ingest_time <= r.ingest_time
    AND UNIX_MICROS(c.start_time) >= UNIX_MICROS(r.start_time) - @trace_lead_us
  WHERE r.parent_span_id IS NULL
),
traces AS (
  SELECT
    trace_id,
    span_id,
    COUNTIF(is_leaf OR is_tool) AS steps,
    COUNTIF(is_tool) AS tool_calls,
    COUNTIF(is_tool AND arguments IS NOT NULL)
      - COUNT(DISTINCT IF(is_tool, COALESCE(tool_name, '') || ' ' || arguments, NULL)) AS repeated_tool_calls
  FROM steps
  GROUP BY trace_id, span_id
),
-- A text may be stored on several days.
texts AS (
  SELECT message_hash, ANY_VALUE(role) AS role, ANY_VALUE(text) AS text
  FROM messages
  WHERE tenant = @tenant
    -- The table asks for a bound; a message is stored with the first span of its day.
    AND first_time >= TIMESTAMP_TRUNC(TIMESTAMP_MICROS(@from_us), DAY)
    AND first_time < TIMESTAMP_MICROS(@to_us)
    AND text <> ''
  GROUP BY message_hash
)
SELECT
  s.tenant,
  s.trace_id,
  s.span_id,
  s.conversation_id,
  UNIX_MICROS(s.start_time) AS time,
  UNIX_MICROS(s.ingest_time) AS ingest_time,
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
  LEFT(q.text, 4000) AS input_text,
  LEFT(o.text, 4000) AS output_text,
  t.steps,
  t.tool_calls,
  t.repeated_tool_calls
FROM chosen AS s
LEFT JOIN texts AS q ON q.message_hash = s.last_input AND q.role = 'user'
LEFT JOIN texts AS o ON o.message_hash = s.last_output
LEFT JOIN traces AS t ON t.trace_id = s.trace_id AND t.span_id = s.span_id
ORDER BY s.start_time, s.trace_id, s.span_id
