/** The collector's API as described in docs/api.md: one function for each request the page makes. */
export const api = {
  traces: (query: TraceQuery, signal?: AbortSignal) => get<TracePage>('/api/traces', query, signal),
  trace: (traceId: string, signal?: AbortSignal) =>
    get<Trace>(`/api/traces/${encodeURIComponent(traceId)}`, {}, signal),
  span: (traceId: string, spanId: string, signal?: AbortSignal) =>
    get<SpanDetail>(
      `/api/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`,
      {},
      signal,
    ),
  facets: (query: PeriodQuery, signal?: AbortSignal) => get<Facets>('/api/facets', query, signal),
  timeline: (query: TimelineQuery, signal?: AbortSignal) => get<Timeline>('/api/timeline', query, signal),
  drift: (signal?: AbortSignal) => get<{ features: DriftFeature[] }>('/api/drift', {}, signal),
  verdicts: (query: VerdictQuery, signal?: AbortSignal) =>
    get<{ verdicts: VerdictPoint[] }>('/api/drift/verdicts', query, signal),
  alerts: (query: AlertQuery, signal?: AbortSignal) => get<{ alerts: Alert[] }>('/api/alerts', query, signal),
  alertStates: (signal?: AbortSignal) => get<{ states: WatchedState[] }>('/api/alert-states', {}, signal),
  acknowledge: (alert_id: string) =>
    post<Alert>(`/api/alerts/${encodeURIComponent(alert_id)}/acknowledge`, {}),
  silence: (silence: NewSilence) => post<object>('/api/alert-silences', silence),
  stats: (signal?: AbortSignal) => get<Stats>('/api/stats', {}, signal),
  sql: (sql: string, signal?: AbortSignal) => post<SqlAnswer>('/api/sql', { sql }, signal),
};

/** What the collector, or the way to it, said instead of an answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** A code of docs/errors.md, or `unreachable` when no answer came. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** `from` and `to` are ISO 8601 or relative such as `-2h`. */
export interface PeriodQuery {
  from?: string;
  to?: string;
}

export interface TraceQuery extends PeriodQuery {
  service?: string;
  model?: string;
  operation?: string;
  agent?: string;
  status?: string;
  user?: string;
  conversation?: string;
  prompt_version?: string;
  text?: string;
  limit?: number;
  cursor?: string;
}

export interface TimelineQuery extends PeriodQuery {
  service?: string;
  model?: string;
}

export interface VerdictQuery extends PeriodQuery {
  feature?: string;
  slice_key?: string;
  slice_value?: string;
}

export interface AlertQuery {
  state?: string;
  limit?: number;
}

export interface TracePage {
  traces: TraceSummary[];
  next_cursor: string | null;
}

export interface TraceSummary {
  trace_id: string;
  name: string;
  service: string | null;
  agent_name: string | null;
  start_time: string;
  duration_ms: number;
  span_count: number;
  error_count: number;
  status: string;
  models: string[];
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  unpriced_calls: number;
  user_id: string | null;
  conversation_id: string | null;
  prompt_version: string | null;
  has_root: boolean;
}

export interface Trace {
  trace_id: string;
  spans: SpanOutline[];
}

export interface SpanOutline {
  span_id: string;
  parent_span_id: string | null;
  name: string;
  operation: string | null;
  service: string | null;
  dialect: string | null;
  start_time: string;
  /** Microseconds since the first span of the trace. */
  start_us: number;
  duration_ms: number;
  status: string;
  error_type: string | null;
  model: string | null;
  tool_name: string | null;
  agent_name: string | null;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  cost_method: string | null;
  is_leaf: boolean;
  ttft_ms: number | null;
}

export interface SpanDetail {
  span: Span;
  input_messages: StoredMessage[];
  output_messages: StoredMessage[];
}

/** A JSON value as the collector sends it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The columns of table `spans` the page names; the others are there too, and shown as raw JSON. */
export interface Span {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  conversation_id: string | null;
  user_id: string | null;
  service: string | null;
  environment: string | null;
  name: string;
  operation: string | null;
  dialect: string | null;
  start_time: string;
  end_time: string;
  duration_ms: number;
  status: string;
  error_type: string | null;
  provider: string | null;
  request_model: string | null;
  response_model: string | null;
  response_id: string | null;
  finish_reasons: string[] | null;
  agent_name: string | null;
  agent_version: string | null;
  tool_name: string | null;
  tool_call_id: string | null;
  prompt_name: string | null;
  prompt_version: string | null;
  chain_name: string | null;
  chain_version: string | null;
  tool_version: string | null;
  adapter_name: string | null;
  adapter_version: string | null;
  deployment_version: string | null;
  input_tokens: number | null;
  cache_read_tokens: number | null;
  cache_write_tokens: number | null;
  output_tokens: number | null;
  reasoning_tokens: number | null;
  audio_input_tokens: number | null;
  audio_output_tokens: number | null;
  is_leaf: boolean;
  cost_usd: number | null;
  cost_method: string | null;
  price_book: string | null;
  ttft_ms: number | null;
  tpot_ms: number | null;
  queue_ms: number | null;
  prefill_ms: number | null;
  decode_ms: number | null;
  batch_size: number | null;
  kv_cache_usage: number | null;
  requests_running: number | null;
  requests_waiting: number | null;
  gpu_utilization: number | null;
  gpu_power_w: number | null;
  energy_j: number | null;
  energy_method: string | null;
  serving_source: string | null;
  attributes: Json;
  resource: Json;
  events: Json;
  links: Json;
}

export interface StoredMessage {
  message_hash: string;
  /** Null together with the content. */
  role: string | null;
  /** Null where the text was erased. */
  content: MessageContent | null;
}

/** A message of the GenAI conventions. Senders differ, so the parts are read with care. */
export interface MessageContent {
  role: string;
  parts: Json[];
  name?: string;
}

export interface Facets {
  services: FacetValue[];
  models: FacetValue[];
  operations: FacetValue[];
  agents: FacetValue[];
  prompt_versions: FacetValue[];
}

export interface FacetValue {
  value: string;
  count: number;
}

export interface Timeline {
  points: TimelinePoint[];
  step_ms: number;
}

export interface TimelinePoint {
  time: string;
  spans: number;
  errors: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
}

type DriftPhase = 'fitting' | 'reference' | 'watching';

export interface DriftFeature {
  feature: string;
  phase: DriftPhase;
  n_fit: number;
  n_reference: number;
  n_window: number;
  wanted: { fit: number; reference: number; window: number };
  /** Effects up to here count as nothing. */
  tolerance?: number | null;
  slices: { key: string; value: string; count: number }[];
  encoder: string;
  last_verdict: VerdictPoint | null;
}

export interface VerdictPoint {
  feature: string;
  slice_key: string;
  slice_value: string;
  detector: string;
  window_start: string;
  window_end: string;
  n_reference: number;
  n_current: number;
  statistic: number | null;
  p: number | null;
  effect: number | null;
  effect_low: number | null;
  effect_high: number | null;
  /** What p had to be below; verdicts of earlier versions have none. */
  level?: number;
  drifted: boolean;
  why: string;
}

export interface Alert {
  alert_id: string;
  state: 'firing' | 'resolved';
  rule: string;
  feature: string | null;
  slice_key: string | null;
  slice_value: string | null;
  summary: string;
  since: string;
  resolved: string | null;
  verdict: Partial<VerdictPoint> | null;
  example_trace_ids: string[];
  notifications: AlertNotification[];
  severity: 'critical' | 'warning' | 'info';
  acknowledged: { by: string; time: string } | null;
  /** Why nobody is told for now. */
  mute: { by: 'silence' | 'maintenance' | 'inhibition'; id: string } | null;
  runbook_url: string | null;
  /** What shows the same figures again. */
  query: string | null;
}

/** What a rule watches and is anything but ok. */
export interface WatchedState {
  rule: string;
  feature: string;
  slice_key: string;
  slice_value: string;
  state: { phase: 'pending' | 'firing' | 'no_data' | 'error' };
}

export interface NewSilence {
  matchers: { name: string; value: string }[];
  endsAt: string;
  comment: string;
}

export interface AlertNotification {
  sequence: number;
  channel: string;
  type: string;
  state: 'pending' | 'delivered' | 'dead';
  attempts: number;
  last_error: string | null;
  next_attempt: string | null;
}

export interface Stats {
  accepted: number;
  stored: number;
  rejected: number;
  duplicated: number;
  dropped: Record<string, number>;
  /** The lag is null while the store does not answer. */
  journal: { bytes: number; lag_bytes: number | null; lag_ms: number | null };
  store: { name: string | null; ready: boolean };
}

export interface SqlAnswer {
  columns: { name: string; type: string }[];
  rows: Record<string, Json>[];
  truncated: boolean;
}

function get<Answer>(path: string, query: object, signal?: AbortSignal): Promise<Answer> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return request<Answer>(text === '' ? path : `${path}?${text}`, { signal: signal ?? null });
}

function post<Answer>(path: string, body: object, signal?: AbortSignal): Promise<Answer> {
  return request<Answer>(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
}

async function request<Answer>(path: string, options: RequestInit): Promise<Answer> {
  const response = await reach(path, options);
  if (response.ok) return (await response.json()) as Answer;
  throw await readError(response);
}

// Tests use this file without a page, and so without the types of one.
declare const location: { readonly origin: string };

async function reach(path: string, options: RequestInit): Promise<Response> {
  try {
    // An address opened with a key in it (http://any:KEY@host) would be one that fetch refuses to ask.
    return await fetch(new URL(path, location.origin), options);
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    throw new ApiError('unreachable', 'The collector does not answer.', { cause });
  }
}

async function readError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const fallback = new ApiError(String(response.status), `The collector answered ${response.status}.`);
  try {
    const { code, message } = JSON.parse(text) as { code?: unknown; message?: unknown };
    return typeof code === 'string' && typeof message === 'string' ? new ApiError(code, message) : fallback;
  } catch {
    // A proxy on the way may answer with a page of its own: its status is all there is to say.
    return fallback;
  }
}
