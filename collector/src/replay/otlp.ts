import { isRecord } from '../normalise/json.ts';

/** A request of any signal in the JSON encoding of OTLP. */
export type OtlpRequest = TraceRequest | LogsRequest | MetricsRequest;

/** Logs and metrics are sent on as they are. */
export interface LogsRequest {
  readonly resourceLogs: readonly {
    readonly scopeLogs?: readonly { readonly logRecords?: readonly unknown[] }[];
  }[];
}

export interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics?: readonly { readonly metrics?: readonly MetricJson[] }[];
  }[];
}

/** What it measures stands under the name of its kind, such as `gauge`. */
type MetricJson = Readonly<Record<string, { readonly dataPoints?: readonly unknown[] } | string | null>>;

/** Requests of spans as far as replay makes them. 64-bit integers are decimal texts. */
export interface TraceRequest {
  readonly resourceSpans: readonly ResourceSpans[];
}

interface ResourceSpans {
  readonly resource?: { readonly attributes?: readonly KeyValue[] };
  readonly scopeSpans?: readonly ScopeSpans[];
}

interface ScopeSpans {
  readonly scope?: {
    readonly name?: string;
    readonly version?: string;
    readonly attributes?: readonly KeyValue[];
  };
  readonly spans?: readonly OtlpSpan[];
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly events?: readonly OtlpEvent[];
  readonly links?: readonly { traceId: string; spanId: string; attributes?: readonly KeyValue[] }[];
  readonly status?: { readonly code: number; readonly message?: string };
}

export interface OtlpEvent {
  readonly name: string;
  readonly timeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  | Record<string, never>;

/** One span with where it came from; spans that share both go into one request. */
export interface ReplaySpan {
  readonly span: OtlpSpan;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: { readonly name: string; readonly version: string };
}

/** Keeps requests well below the largest body a collector takes. */
const spans_per_request = 256;

export function toRequests(spans: readonly ReplaySpan[]): readonly TraceRequest[] {
  const requests: TraceRequest[] = [];
  for (let start = 0; start < spans.length; start += spans_per_request) {
    requests.push({ resourceSpans: groupSpans(spans.slice(start, start + spans_per_request)) });
  }
  return requests;
}

export type Signal = 'traces' | 'logs' | 'metrics';

export function signalOf(request: OtlpRequest): Signal {
  if ('resourceSpans' in request) return 'traces';
  return 'resourceLogs' in request ? 'logs' : 'metrics';
}

/** Spans, log records or data points. */
export function countItems(request: OtlpRequest): number {
  if ('resourceSpans' in request) {
    const scopes = request.resourceSpans.flatMap((item) => item.scopeSpans ?? []);
    return sum(scopes.map(({ spans }) => spans?.length ?? 0));
  }
  if ('resourceLogs' in request) {
    const scopes = request.resourceLogs.flatMap((item) => item.scopeLogs ?? []);
    return sum(scopes.map(({ logRecords }) => logRecords?.length ?? 0));
  }
  const scopes = request.resourceMetrics.flatMap((item) => item.scopeMetrics ?? []);
  return sum(scopes.flatMap(({ metrics }) => (metrics ?? []).map(countPoints)));
}

function countPoints(metric: MetricJson): number {
  const data = Object.values(metric).filter((value) => typeof value === 'object' && value !== null);
  return sum(data.map(({ dataPoints }) => dataPoints?.length ?? 0));
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

export function keyValues(attributes: Readonly<Record<string, unknown>>): readonly KeyValue[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) }));
}

export function anyValue(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint')
    return fitsInt64(value) ? { intValue: String(value) } : { stringValue: String(value) };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  return isRecord(value) ? { kvlistValue: { values: keyValues(value) } } : {};
}

function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

function groupSpans(spans: readonly ReplaySpan[]): readonly ResourceSpans[] {
  const groups = Map.groupBy(spans, ({ resource, scope }) => JSON.stringify([keyValues(resource), scope]));
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    return [
      {
        resource: { attributes: keyValues(first.resource) },
        scopeSpans: [{ scope: first.scope, spans: members.map((member) => member.span) }],
      },
    ];
  });
}
