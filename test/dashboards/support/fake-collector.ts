import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type {
  Alert,
  FacetValue,
  Json,
  SpanOutline,
  TraceSummary,
} from '../../../dashboards/web/src/api/client.ts';
import { builtPage } from './built-page.ts';
import { fakeAlerts, fakeDrift } from './fake-drift.ts';
import { type FakeTrace, makeDetail, makeSpan, sum, toOutline, toSummary } from './fake-spans.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface FakeCollector {
  readonly url: string;
  /** Path and query of every API request so far. */
  readonly requests: string[];
  close(): Promise<void>;
}

export interface FakeData {
  readonly traces: readonly FakeTrace[];
  /** Outlines of further traces, by trace id. */
  readonly outlines?: ReadonlyMap<string, readonly SpanOutline[]>;
}

/** A server with the collector's API, its page and its content security policy, and data held in memory. */
export async function startFakeCollector(data: FakeData): Promise<FakeCollector> {
  const dist = await builtPage();
  const answer = createApi(data);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://collector');
    const is_api = url.pathname.startsWith('/api/');
    if (is_api) requests.push(`${url.pathname}${url.search}`);
    const serve = is_api ? serveApi(request, response, { url, answer }) : servePage(response, { url, dist });
    serve.catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Answer = (path: string, query: URLSearchParams, body: string) => unknown;

async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  { url, answer }: { url: URL; answer: Answer },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const result = answer(url.pathname, url.searchParams, Buffer.concat(chunks).toString('utf8'));
  const status = result instanceof Refusal ? result.status : 200;
  const body = result instanceof Refusal ? { code: result.code, message: result.message } : result;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function servePage(response: ServerResponse, { url, dist }: { url: URL; dist: string }): Promise<void> {
  if (url.pathname.startsWith('/assets/')) {
    const file = join(dist, 'assets', url.pathname.slice('/assets/'.length));
    const body = await readFile(`${file}.gz`);
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-encoding': 'gzip',
      'content-length': body.length,
    });
    response.end(body);
    return;
  }
  const nonce = randomBytes(16).toString('base64');
  const html = await readFile(join(dist, 'index.html'), 'utf8');
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  });
  response.end(html.replaceAll('__CSP_NONCE__', nonce));
}

class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;

  constructor(status: number, code: string, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

function createApi(data: FakeData): Answer {
  const { traces, outlines = new Map() } = data;
  const now = Date.now();
  const summaries = traces.map(toSummary).toSorted((a, b) => b.start_time.localeCompare(a.start_time));
  const drift = fakeDrift(now);
  const alerts = fakeAlerts(
    now,
    summaries.slice(2, 5).map(({ trace_id }) => trace_id),
    drift.verdicts,
  );
  return (path, query, body) => {
    const [, , resource, trace_id, , span_id] = path.split('/');
    if (resource === 'traces' && trace_id === undefined) return listTraces(summaries, query);
    if (resource === 'traces' && span_id === undefined) return readTrace(traces, outlines, trace_id ?? '');
    if (resource === 'traces') return readSpan(data, trace_id ?? '', span_id ?? '');
    if (resource === 'facets') return facets(traces);
    if (resource === 'timeline') return timeline(traces, query, now);
    if (path === '/api/drift') return { features: drift.features };
    if (path === '/api/drift/verdicts')
      return { verdicts: drift.verdicts.filter((point) => matches(point, query)) };
    if (resource === 'alert-states') return { states };
    if (path.endsWith('/acknowledge')) return changeAlert(alerts, { acknowledged: { by: 'ada', time: '' } });
    if (path === '/api/alert-silences') {
      changeAlert(alerts, { mute: { by: 'silence', id: (JSON.parse(body) as { endsAt: string }).endsAt } });
      return {};
    }
    if (resource === 'alerts') {
      return { alerts: alerts.filter(({ state }) => (query.get('state') ?? state) === state) };
    }
    if (resource === 'stats') return stats(summaries);
    if (resource === 'sql') return runSql(JSON.parse(body) as { sql: string }, summaries);
    return new Refusal(404, 'not_found', 'There is nothing here.');
  };
}

const states = ['pending', 'no_data', 'error', 'firing'].map((phase) => ({
  ...{
    rule: `rule ${phase}`,
    feature: 'error_rate',
    slice_key: 'model',
    slice_value: 'gpt-4o',
    state: { phase },
  },
}));

/** Changes the alert that fires. */
function changeAlert(alerts: Alert[], change: Partial<Alert>): Alert | undefined {
  return Object.assign(alerts[0] as Alert, change);
}

function listTraces(summaries: readonly TraceSummary[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 50);
  const start = query.get('cursor') === null ? 0 : Number(query.get('cursor'));
  const from_ms = resolveTime(query.get('from'), 0);
  const to_ms = resolveTime(query.get('to'), Number.POSITIVE_INFINITY);
  const found = summaries.filter((trace) => {
    const start_ms = Date.parse(trace.start_time);
    return (
      start_ms >= from_ms &&
      start_ms < to_ms &&
      equals(query, 'service', trace.service) &&
      equals(query, 'agent', trace.agent_name) &&
      equals(query, 'user', trace.user_id) &&
      equals(query, 'conversation', trace.conversation_id) &&
      equals(query, 'prompt_version', trace.prompt_version) &&
      equals(query, 'status', trace.status) &&
      [null, ...trace.models].includes(query.get('model')) &&
      trace.name.includes(query.get('text') ?? '')
    );
  });
  const page = found.slice(start, start + limit);
  return { traces: page, next_cursor: start + limit < found.length ? String(start + limit) : null };
}

function readTrace(
  traces: readonly FakeTrace[],
  outlines: ReadonlyMap<string, readonly SpanOutline[]>,
  trace_id: string,
) {
  const outline = outlines.get(trace_id);
  if (outline !== undefined) return { trace_id, spans: outline };
  const trace = traces.find((candidate) => candidate.trace_id === trace_id);
  if (trace === undefined) return new Refusal(404, 'not_found', 'No span of this trace is stored.');
  const start = trace.spans[0]!.span.start_time;
  return { trace_id, spans: trace.spans.map((detail) => toOutline(detail, start)) };
}

function readSpan({ traces, outlines = new Map() }: FakeData, trace_id: string, span_id: string) {
  const trace = traces.find((candidate) => candidate.trace_id === trace_id);
  const detail = trace?.spans.find(({ span }) => span.span_id === span_id);
  return (
    detail ??
    readOutlined(outlines.get(trace_id), span_id) ??
    new Refusal(404, 'not_found', 'This span is not stored.')
  );
}

function readOutlined(outlines: readonly SpanOutline[] | undefined, span_id: string) {
  const outline = outlines?.find((candidate) => candidate.span_id === span_id);
  return outline && makeDetail(makeSpan({ ...outline, trace_id: '', request_model: outline.model }));
}

function facets(traces: readonly FakeTrace[]) {
  const spans = traces.flatMap((trace) => trace.spans.map(({ span }) => span));
  return {
    services: countValues(spans.map((span) => span.service)),
    models: countValues(spans.map((span) => span.response_model)),
    operations: countValues(spans.map((span) => span.operation)),
    agents: countValues(spans.map((span) => span.agent_name)),
    prompt_versions: countValues(spans.map((span) => span.prompt_version)),
  };
}

function countValues(values: readonly (string | null)[]): FacetValue[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
}

function timeline(traces: readonly FakeTrace[], query: URLSearchParams, now: number) {
  const from_ms = resolveTime(query.get('from'), now - 86_400_000);
  const to_ms = resolveTime(query.get('to'), now);
  const step_ms = (to_ms - from_ms) / 96;
  const spans = traces
    .flatMap((trace) => trace.spans.map(({ span }) => span))
    .filter((span) => equals(query, 'service', span.service) && equals(query, 'model', span.response_model));
  const points = Array.from({ length: 96 }, (_, index) => {
    const time_ms = from_ms + index * step_ms;
    const inside = spans.filter(
      ({ start_time }) => Date.parse(start_time) >= time_ms && Date.parse(start_time) < time_ms + step_ms,
    );
    return {
      time: new Date(time_ms).toISOString(),
      spans: inside.length,
      errors: inside.filter((span) => span.status === 'error').length,
      input_tokens: sum(inside.map((span) => span.input_tokens)),
      output_tokens: sum(inside.map((span) => span.output_tokens)),
      cost_usd: sum(inside.map((span) => span.cost_usd)),
    };
  });
  return { points: points.filter((point) => point.spans > 0), step_ms };
}

function matches(
  point: { feature: string; slice_key: string; slice_value: string },
  query: URLSearchParams,
): boolean {
  return (['feature', 'slice_key', 'slice_value'] as const).every((name) =>
    [null, point[name]].includes(query.get(name)),
  );
}

function stats(summaries: readonly TraceSummary[]) {
  const stored = sum(summaries.map((trace) => trace.span_count)) ?? 0;
  return {
    accepted: stored + 12,
    stored,
    rejected: 3,
    duplicated: 41,
    dropped: { attribute_too_deep: 2 },
    journal: { bytes: 48_300_000, lag_bytes: 18_400, lag_ms: 120 },
    store: { name: 'duckdb', ready: true },
  };
}

/** Knows three statements: one that fails, one with too many rows, and any other. */
function runSql({ sql }: { sql: string }, summaries: readonly TraceSummary[]) {
  if (sql.includes('nowhere')) {
    const message = 'The statement could not be run. Catalog Error: Table with name nowhere does not exist!';
    return new Refusal(400, 'bad_sql', message);
  }
  if (sql.includes('range')) {
    const rows = Array.from({ length: 10_000 }, (_, n) => ({ n, square: n * n }));
    return { columns: ['n', 'square'].map((name) => ({ name, type: 'BIGINT' })), rows, truncated: true };
  }
  const columns = ['start_time', 'service', 'name', 'duration_ms', 'cost_usd', 'trace_id'] as const;
  const rows = summaries.map((trace) =>
    Object.fromEntries(columns.map((name): [string, Json] => [name, trace[name]])),
  );
  return { columns: columns.map((name) => ({ name, type: 'VARCHAR' })), rows, truncated: false };
}

function equals(query: URLSearchParams, name: string, value: string | null): boolean {
  return query.get(name) === null || query.get(name) === value;
}

function resolveTime(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  const relative = /^-(\d+)([mhd])$/.exec(text);
  if (relative === null) return Date.parse(text);
  return (
    Date.now() -
    Number(relative[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[relative[2] as 'm' | 'h' | 'd']
  );
}
