import { optional, type RowOf, required, table } from './table.ts';

export type { AnyTable, Column, ColumnType, RowOf } from './table.ts';

/**
 * The tables of Sextant, once. DuckDB's and BigQuery's definitions, the row types and the documentation are
 * generated from here.
 *
 * Every table has a column `time` role: the column that decides which day a row belongs to.
 */

const tenant = required('text', 'Who the row belongs to; taken from the credential, never from the data.');
const ingest_time = required(
  'time',
  'When the store committed the row; never decreases, and rows of one batch share it.',
);

const spans = table({
  comment: 'One row for each finished span.',
  day_column: 'start_time',
  cluster_by: ['service', 'operation', 'request_model', 'trace_id'],
  columns: {
    tenant,
    trace_id: required('text', '32 lower-case hexadecimal digits.'),
    span_id: required('text', '16 lower-case hexadecimal digits.'),
    parent_span_id: optional('text', 'Span id of the parent; NULL for a root.'),
    conversation_id: optional('text', 'Conversation, session or thread the span belongs to.'),
    user_id: optional('text', 'The person who made the call.'),
    service: optional('text', 'Resource attribute service.name.'),
    environment: optional('text', 'Resource attribute deployment.environment.name.'),
    name: required('text', 'Span name as sent.'),
    operation: optional('text', 'GenAI operation: chat, execute_tool, invoke_agent, embeddings and so on.'),
    dialect: optional('text', 'Which attribute vocabulary was recognised; NULL when none was.'),
    start_time: required('time', 'Start of the span.'),
    end_time: required('time', 'End of the span.'),
    duration_ms: required('number', 'End minus start in milliseconds; negative where the sender said so.'),
    kind: required('text', 'unspecified, internal, server, client, producer or consumer.'),
    status: required('text', 'unset, ok or error.'),
    status_message: optional('text', 'What the sender said about the status.'),
    error_type: optional('text', 'Class of the error.'),
    provider: optional('text', 'Provider that served the request, as in gen_ai.provider.name.'),
    request_model: optional('text', 'Model asked for.'),
    response_model: optional('text', 'Model that answered.'),
    response_id: optional('text', 'Id the provider gave its answer.'),
    finish_reasons: optional('texts', 'Why generation ended, one for each choice.'),
    agent_name: optional('text', 'Agent that acted.'),
    agent_version: optional('text', 'Version of the agent.'),
    tool_name: optional('text', 'Tool that was called.'),
    tool_call_id: optional('text', 'Id of the tool call.'),
    prompt_name: optional('text', 'Prompt template used.'),
    prompt_version: optional('text', 'Version of the prompt template.'),
    chain_name: optional('text', 'Chain or workflow.'),
    chain_version: optional('text', 'Version of the chain.'),
    tool_version: optional('text', 'Version of the tool.'),
    adapter_name: optional('text', 'LoRA or fine-tune adapter.'),
    adapter_version: optional('text', 'Version of the adapter.'),
    deployment_version: optional('text', 'Version of the deployed application.'),
    input_tokens: optional('integer', 'Input tokens that were neither read from nor written to a cache.'),
    cache_read_tokens: optional('integer', 'Input tokens read from a cache.'),
    cache_write_tokens: optional('integer', 'Input tokens written to a cache.'),
    output_tokens: optional('integer', 'Output tokens without reasoning.'),
    reasoning_tokens: optional('integer', 'Output tokens spent on reasoning.'),
    audio_input_tokens: optional('integer', 'Audio tokens among the input, a subset of the classes above.'),
    audio_output_tokens: optional('integer', 'Audio tokens among the output, a subset of the classes above.'),
    is_leaf: required('boolean', 'True for a single model, embedding or rerank call: only these are summed.'),
    cost_usd: optional('number', 'Cost in US dollars; NULL where no price is known.'),
    cost_method: optional('text', 'provider_reported, computed or unpriced.'),
    price_book: optional('text', 'Which price table was used.'),
    ttft_ms: optional('number', 'Time to first token.'),
    tpot_ms: optional('number', 'Time per output token after the first.'),
    queue_ms: optional('number', 'Time in the serving queue.'),
    prefill_ms: optional('number', 'Time in prefill.'),
    decode_ms: optional('number', 'Time in decode.'),
    batch_size: optional('number', 'Requests in the batch that served this one.'),
    kv_cache_usage: optional('number', 'Share of the key-value cache in use, 0 to 1.'),
    requests_running: optional('number', 'Requests the server was running.'),
    requests_waiting: optional('number', 'Requests waiting at the server.'),
    gpu_utilization: optional('number', 'GPU utilisation, 0 to 1.'),
    gpu_power_w: optional('number', 'GPU power in watts.'),
    energy_j: optional('number', 'Energy of the request in joules.'),
    energy_method: optional('text', 'How the energy was found.'),
    serving_source: optional('text', 'Where the serving figures come from.'),
    input_messages: optional('texts', 'Hashes of the input messages, in order; texts are in table messages.'),
    output_messages: optional('texts', 'Hashes of the output messages, in order.'),
    attributes: required('json', 'Span attributes as sent, less those kept as messages or vectors.'),
    resource: required('json', 'Resource attributes, and the scope under the key "scope".'),
    events: required('json', 'Span events as sent.'),
    links: required('json', 'Span links as sent.'),
    ingest_time,
    trace_state: optional('text', 'W3C trace state as sent.'),
    user_segment: optional('text', 'Group of users the user belongs to, as the application names it.'),
    stored_time: optional(
      'time',
      'When the store first committed the row, where a log event has filled columns since; else NULL.',
    ),
    conversation_time: optional(
      'time',
      'When the store filled conversation_id from a log event; NULL where the span named it, or nobody.',
    ),
  },
});

const messages = table({
  comment: 'Message contents, each stored once a day; spans point to them by hash.',
  day_column: 'first_time',
  cluster_by: ['message_hash'],
  columns: {
    tenant,
    message_hash: required(
      'text',
      'First 128 bits of the SHA-256 of tenant and content, 32 hexadecimal digits.',
    ),
    role: required('text', 'system, user, assistant, tool or the word of the sender.'),
    text: required('text', 'The text parts, joined by line breaks; empty when there are none.'),
    content: optional(
      'json',
      'The whole message: role, parts, name, finish_reason; NULL where it is nothing but the role and the text.',
    ),
    first_time: required('time', 'Start of the first span of that day that carried it.'),
    ingest_time,
  },
});

const embeddings = table({
  comment: 'Vectors that arrived on spans, and those made of user messages.',
  day_column: 'time',
  cluster_by: ['feature', 'trace_id'],
  columns: {
    tenant,
    trace_id: required('text', 'Trace of the span.'),
    span_id: required('text', 'Span that carried the vector or the text.'),
    conversation_id: optional('text', 'Conversation of the span.'),
    feature: required('text', 'embedding.user_message, embedding.output or embedding.<span name>.'),
    slices: required('json', 'Slice keys and values of the span, an object of texts.'),
    time: required('time', 'Start of the span.'),
    encoder: required('text', 'What made the vector.'),
    dimension: required('integer', 'Length of the vector.'),
    vector: required('numbers', 'The vector, as given.'),
    text_hash: optional('text', 'Hash of the message embedded.'),
    ingest_time,
    sampling_probability: optional(
      'number',
      'Share of conversations taken when the message was; NULL where all were or the vector came on a span.',
    ),
  },
});

const sketches = table({
  comment: 'Mergeable sums for each feature, slice and minute; several rows of one minute add up.',
  day_column: 'minute',
  cluster_by: ['feature', 'slice_key', 'slice_value'],
  columns: {
    tenant,
    feature: required('text', 'What was measured.'),
    slice_key: required('text', 'Slice column, or "all".'),
    slice_value: required('text', 'Value of the slice, or "all".'),
    minute: required('time', 'Start of the minute of the spans’ own start time.'),
    sketch_id: required(
      'text',
      'Names the fit: what was measured, and with what; unlike ids are never merged.',
    ),
    count: required('integer', 'Conversations that begin here; 0 where a row only corrects the sums of one.'),
    sums: required('integers', 'Fixed-point sums; adding two rows element by element merges them.'),
    ingest_time,
    sampling_probability: optional('number', 'Share of conversations taken; NULL where all were.'),
  },
});

const logs = table({
  comment: 'Log records and events, as they came; GenAI content among them is on its span as well.',
  day_column: 'time',
  cluster_by: ['service', 'event_name', 'trace_id'],
  columns: {
    tenant,
    time: required('time', 'When it happened; else when it was observed, else when it was received.'),
    observed_time: optional('time', 'When the sender’s library saw it.'),
    trace_id: optional('text', 'Trace it belongs to.'),
    span_id: optional('text', 'Span it belongs to.'),
    service: optional('text', 'Resource attribute service.name.'),
    severity_number: optional('integer', '1 to 24 as in OpenTelemetry: from 9 information, from 17 errors.'),
    severity_text: optional('text', 'The severity in the words of the sender.'),
    event_name: optional('text', 'Name of the event; NULL for a plain log record.'),
    input_messages: optional('texts', 'Hashes of input messages it brought; texts are in table messages.'),
    output_messages: optional('texts', 'Hashes of output messages it brought.'),
    body: optional('json', 'The body, a text in most cases, less what is kept as messages.'),
    attributes: required('json', 'Attributes as sent, less those kept as messages.'),
    resource: required('json', 'Resource attributes, and the scope under the key "scope".'),
    ingest_time,
  },
});

const metrics = table({
  comment: 'Data points of metrics, as they came.',
  day_column: 'time',
  cluster_by: ['name', 'service'],
  columns: {
    tenant,
    time: required('time', 'Time of the point.'),
    start_time: optional('time', 'Start of what the point sums up.'),
    name: required('text', 'Name of the metric, such as gen_ai.client.token.usage.'),
    unit: optional('text', 'Unit as sent, such as {token} or s.'),
    kind: required('text', 'gauge, sum, histogram, exponential_histogram or summary.'),
    temporality: optional('text', 'delta or cumulative.'),
    is_monotonic: optional('boolean', 'Whether a sum only grows.'),
    service: optional('text', 'Resource attribute service.name.'),
    value: optional('number', 'Value of a gauge or sum.'),
    count: optional('integer', 'Observations of a histogram or summary.'),
    sum: optional('number', 'Their sum.'),
    minimum: optional('number', 'The smallest of them.'),
    maximum: optional('number', 'The largest of them.'),
    bounds: optional('doubles', 'Upper bounds of the buckets of a histogram, less the last, which has none.'),
    bucket_counts: optional('integers', 'Observations in each bucket, one more than there are bounds.'),
    details: optional('json', 'Quantiles, exponential buckets, exemplars, what no column can hold.'),
    attributes: required('json', 'Attributes of the point.'),
    resource: required('json', 'Resource attributes, and the scope under the key "scope".'),
    ingest_time,
  },
});

const serving = table({
  comment: 'Readings of serving engines and GPUs.',
  day_column: 'time',
  cluster_by: ['source', 'metric'],
  columns: {
    tenant,
    time: required('time', 'When it was read.'),
    source: required('text', 'Engine or exporter.'),
    instance: required('text', 'Address or name of the replica.'),
    model: optional('text', 'Model served.'),
    metric: required('text', 'Canonical metric name.'),
    value: required('number', 'The reading, in the unit of the metric.'),
    labels: required('json', 'Labels as exposed.'),
    ingest_time,
  },
});

const scores = table({
  comment: 'Evaluations: of spans by judges and people, of windows by detectors.',
  day_column: 'time',
  cluster_by: ['name', 'trace_id'],
  columns: {
    tenant,
    score_id: required('text', 'Same id, same score: a repeated write is one score.'),
    time: required('time', 'Start of the span or window scored; of a score sent apart, its own time.'),
    name: required('text', 'What was measured; the name of the detector for a verdict.'),
    source: required('text', 'detector, judge, human or code.'),
    trace_id: optional('text', 'Trace scored.'),
    span_id: optional('text', 'Span scored.'),
    feature: optional('text', 'Feature a detector looked at.'),
    slice_key: optional('text', 'Slice column of a verdict.'),
    slice_value: optional('text', 'Slice value of a verdict.'),
    window_start: optional('time', 'Start of the current window of a verdict.'),
    window_end: optional('time', 'End of the current window of a verdict, exclusive.'),
    value: optional('number', 'The score; the effect for a verdict.'),
    label: optional('text', 'A word for it; drifted or stable for a verdict.'),
    explanation: optional('text', 'Why.'),
    details: optional('json', 'Everything else, such as the whole verdict.'),
    ingest_time,
  },
});

const cost_lines = table({
  comment: 'What each priced call was charged for, one row for each unit.',
  day_column: 'time',
  cluster_by: ['model', 'trace_id'],
  columns: {
    tenant,
    trace_id: required('text', 'Trace of the call.'),
    span_id: required('text', 'Span of the call.'),
    time: required('time', 'Start of the span.'),
    revision: required('integer', '0 for the first price; a re-price adds a higher one.'),
    provider: optional('text', 'Provider whose price was used.'),
    model: required('text', 'Model whose price was used.'),
    unit: required('text', 'input, output or total.'),
    quantity: optional('integer', 'Units charged.'),
    amount_nano_usd: required('integer', 'Amount in thousand-millionths of a US dollar.'),
    method: required('text', 'provider_reported or computed.'),
    price_book: optional('text', 'Which price table was used.'),
    ingest_time,
  },
});

const versions = table({
  comment: 'Versions of prompts, chains, tools, adapters, agents, models and deployments, as seen each day.',
  day_column: 'first_time',
  cluster_by: ['kind', 'name'],
  columns: {
    tenant,
    kind: required('text', 'prompt, chain, tool, adapter, agent, model or deployment.'),
    name: required('text', 'Name within the kind.'),
    version: required('text', 'Version as given.'),
    first_time: required('time', 'Start of the first span of that day that named it.'),
    trace_id: required('text', 'Trace of that span.'),
    span_id: required('text', 'That span.'),
    ingest_time,
  },
});

const alerts = table({
  comment: 'Every change of state of every alert.',
  day_column: 'time',
  cluster_by: ['rule', 'alert_id'],
  columns: {
    tenant,
    alert_id: required('text', 'Same id from firing to resolved.'),
    time: required('time', 'When the state changed.'),
    state: required('text', 'firing or resolved.'),
    rule: required('text', 'Rule that decided.'),
    feature: optional('text', 'Feature it is about.'),
    slice_key: optional('text', 'Slice column.'),
    slice_value: optional('text', 'Slice value.'),
    summary: required('text', 'One sentence for a person.'),
    details: required('json', 'The verdict and the window it came from.'),
    ingest_time,
  },
});

const audit = table({
  comment: 'Administrative acts.',
  day_column: 'time',
  cluster_by: ['action'],
  columns: {
    tenant,
    time: required('time', 'When it was done.'),
    actor: required('text', 'Who did it.'),
    action: required('text', 'What was done.'),
    target: optional('text', 'To what.'),
    details: required('json', 'Everything else.'),
    ingest_time,
  },
});

export const tables = {
  spans,
  messages,
  embeddings,
  sketches,
  logs,
  metrics,
  serving,
  scores,
  cost_lines,
  versions,
  alerts,
  audit,
} as const;

export type TableName = keyof typeof tables;
/** A row before the store has stamped it. */
export type NewRow<Name extends TableName> = Omit<RowOf<(typeof tables)[Name]>, StoredColumn>;
type StoredColumn = 'ingest_time' | 'stored_time' | 'conversation_time';
