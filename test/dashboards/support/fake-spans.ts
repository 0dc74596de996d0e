import type {
  MessageContent,
  Span,
  SpanDetail,
  SpanOutline,
  StoredMessage,
  TraceSummary,
} from '../../../dashboards/web/src/api/client.ts';

/** The spans of one trace, ordered by start. */
export interface FakeTrace {
  readonly trace_id: string;
  readonly spans: readonly SpanDetail[];
}

/** A span with the given columns; everything else is unknown. */
export function makeSpan(
  known: Partial<Span> & Pick<Span, 'trace_id' | 'span_id' | 'name' | 'start_time'>,
): Span {
  const { start_time, duration_ms = 0 } = known;
  return {
    ...unknown_columns,
    is_leaf: false,
    status: 'unset',
    duration_ms,
    end_time: new Date(Date.parse(start_time) + duration_ms).toISOString(),
    attributes: {},
    resource: { 'service.name': known.service ?? null, 'telemetry.sdk.language': 'nodejs' },
    events: [],
    links: [],
    ...known,
  };
}

export function makeDetail(
  span: Span,
  input: readonly MessageContent[] = [],
  output: readonly MessageContent[] = [],
): SpanDetail {
  return { span, input_messages: input.map(stored), output_messages: output.map(stored) };
}

export function toOutline({ span }: SpanDetail, trace_start: string): SpanOutline {
  const { span_id, parent_span_id, name, operation, service, dialect, start_time, duration_ms, status } =
    span;
  const { error_type, tool_name, agent_name, cost_usd, cost_method, is_leaf, ttft_ms } = span;
  return {
    ...{ span_id, parent_span_id, name, operation, service, dialect, start_time, duration_ms, status },
    ...{ error_type, tool_name, agent_name, cost_usd, cost_method, is_leaf, ttft_ms },
    start_us: (Date.parse(start_time) - Date.parse(trace_start)) * 1_000,
    model: span.response_model ?? span.request_model,
    input_tokens: sum([span.input_tokens, span.cache_read_tokens, span.cache_write_tokens]),
    output_tokens: sum([span.output_tokens, span.reasoning_tokens]),
  };
}

export function toSummary({ trace_id, spans }: FakeTrace): TraceSummary {
  const all = spans.map(({ span }) => span);
  const root = all.find((span) => span.parent_span_id === null) ?? all[0]!;
  const leaves = all.filter((span) => span.is_leaf);
  const ends = all.map((span) => Date.parse(span.end_time));
  return {
    trace_id,
    name: root.name,
    service: root.service,
    agent_name: root.agent_name,
    start_time: root.start_time,
    duration_ms: Math.max(...ends) - Date.parse(root.start_time),
    span_count: all.length,
    error_count: all.filter((span) => span.status === 'error').length,
    status: root.status,
    models: [...new Set(leaves.flatMap((span) => span.response_model ?? []))],
    input_tokens: sum(
      leaves.flatMap((span) => [span.input_tokens, span.cache_read_tokens, span.cache_write_tokens]),
    ),
    output_tokens: sum(leaves.flatMap((span) => [span.output_tokens, span.reasoning_tokens])),
    cost_usd: sum(leaves.map((span) => span.cost_usd)),
    unpriced_calls: leaves.filter((span) => span.cost_usd === null).length,
    user_id: root.user_id,
    conversation_id: root.conversation_id,
    prompt_version: root.prompt_version,
    has_root: all.some((span) => span.parent_span_id === null),
  };
}

export function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0);
}

function stored(content: MessageContent, index: number): StoredMessage {
  return { message_hash: String(index).padStart(32, '0'), role: content.role, content };
}

const unknown_columns = {
  parent_span_id: null,
  conversation_id: null,
  user_id: null,
  service: null,
  environment: null,
  operation: null,
  dialect: null,
  error_type: null,
  provider: null,
  request_model: null,
  response_model: null,
  response_id: null,
  finish_reasons: null,
  agent_name: null,
  agent_version: null,
  tool_name: null,
  tool_call_id: null,
  prompt_name: null,
  prompt_version: null,
  chain_name: null,
  chain_version: null,
  tool_version: null,
  adapter_name: null,
  adapter_version: null,
  deployment_version: null,
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  audio_input_tokens: null,
  audio_output_tokens: null,
  cost_usd: null,
  cost_method: null,
  price_book: null,
  ttft_ms: null,
  tpot_ms: null,
  queue_ms: null,
  prefill_ms: null,
  decode_ms: null,
  batch_size: null,
  kv_cache_usage: null,
  requests_running: null,
  requests_waiting: null,
  gpu_utilization: null,
  gpu_power_w: null,
  energy_j: null,
  energy_method: null,
  serving_source: null,
} as const;
