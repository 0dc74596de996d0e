import { randomBytes } from 'node:crypto';
import type { AnyValue, KeyValue, LogRecord, Logs, Resource, Scope, Span, Traces } from './otlp-json.ts';

/** What a sender is told to send. Ids are new each time; everything else is the same. */
export interface KnownTelemetry {
  readonly traces: Traces;
  readonly logs: Logs;
}

/** What some SDKs cannot say, so that they are not told to. */
export interface Abilities {
  /** Integers of 64 bits, which JavaScript's numbers do not hold. */
  readonly long_integers: boolean;
  /** Attributes of a scope. */
  readonly scope_attributes: boolean;
  /** A log record that has only the time at which it was observed. */
  readonly only_observed_time: boolean;
  /** The trace state of a link. */
  readonly link_states: boolean;
}

export const every_ability: Abilities = {
  long_integers: true,
  scope_attributes: true,
  only_observed_time: true,
  link_states: true,
};

export function knownTelemetry(abilities: Abilities): KnownTelemetry {
  const service = `interop-${randomBytes(4).toString('hex')}`;
  const resource: Resource = {
    attributes: [
      attribute('service.name', { stringValue: service }),
      attribute('deployment.environment.name', { stringValue: 'interop' }),
      attribute('host.cpus', { intValue: '2' }),
    ],
  };
  const scope: Scope = {
    name: 'interop.check',
    version: '1.2.3',
    attributes: abilities.scope_attributes ? [attribute('library', { stringValue: 'known' })] : [],
  };
  const schemaUrl = 'https://opentelemetry.io/schemas/1.38.0';
  const spans = knownSpans(abilities);
  const logRecords = knownLogs(spans[1] as Span, abilities);
  return {
    traces: { resourceSpans: [{ resource, scopeSpans: [{ scope, schemaUrl, spans }] }] },
    logs: { resourceLogs: [{ resource, scopeLogs: [{ scope, schemaUrl, logRecords }] }] },
  };
}

/** Spans that differ only in their ids, for checks on how they travel. */
export function plainSpans(count: number): Traces {
  const { traces } = knownTelemetry(every_ability);
  const traceId = newTraceId();
  const spans = Array.from({ length: count }, (_, index) => {
    const text = `span ${index} of ${count}`;
    return { ...bareSpan(traceId, 'counted', 0), attributes: [attribute('text', { stringValue: text })] };
  });
  return withSpans(traces, spans);
}

/** The same resource and scope around other spans. */
export function withSpans(traces: Traces, spans: readonly Span[]): Traces {
  const [{ resource, scopeSpans }] = traces.resourceSpans;
  return { resourceSpans: [{ resource, scopeSpans: [{ ...scopeSpans[0], spans }] }] };
}

export function spansOf(traces: Traces): readonly Span[] {
  return traces.resourceSpans[0].scopeSpans[0].spans;
}

export function attribute(key: string, value: AnyValue): KeyValue {
  return { key, value };
}

/** A span and its children of every kind, with every kind of attribute, and a span of another trace. */
function knownSpans({ long_integers, link_states }: Abilities): Span[] {
  const traceId = newTraceId();
  const root = { ...bareSpan(traceId, 'GET /checkout', 0), kind: 2, status: { code: 1 } };
  const call: Span = {
    ...bareSpan(traceId, 'price the cart', 1_001),
    parentSpanId: root.spanId,
    kind: 3,
    attributes: everyAttribute(long_integers),
    events: [
      {
        timeUnixNano: at(5_000_007),
        name: 'exception',
        attributes: [attribute('exception.type', { stringValue: 'TypeError' })],
      },
      { timeUnixNano: at(6_000_000), name: 'tried again', attributes: [] },
    ],
    links: [
      {
        traceId: newTraceId(),
        spanId: newSpanId(),
        traceState: link_states ? 'vendor=value' : '',
        attributes: [attribute('why', { stringValue: 'retry' })],
      },
    ],
    status: { code: 2, message: 'the price service said no' },
  };
  const others = [1, 4, 5].map((kind) => ({
    ...bareSpan(traceId, `kind ${kind}`, kind * 10_000),
    parentSpanId: call.spanId,
    kind,
  }));
  return [root, call, ...others, { ...bareSpan(newTraceId(), 'grüße aus der zweiten Spur 🚢', 3) }];
}

function bareSpan(traceId: string, name: string, after_ns: number): Span {
  return {
    traceId,
    spanId: newSpanId(),
    name,
    kind: 1,
    startTimeUnixNano: at(after_ns),
    endTimeUnixNano: at(after_ns + 1_234_567_891),
    attributes: [],
    events: [],
    links: [],
    status: { code: 0 },
  };
}

/** Every kind of value OTLP knows, alone and nested. */
function everyAttribute(long_integers: boolean): KeyValue[] {
  const nested: AnyValue = {
    kvlistValue: {
      values: [
        attribute('deep', { arrayValue: { values: [{ boolValue: true }, { doubleValue: 2.5 }, {}] } }),
        attribute('none', { kvlistValue: { values: [] } }),
      ],
    },
  };
  const long = long_integers ? [attribute('long', { intValue: '-9223372036854775807' })] : [];
  return [
    attribute('text', { stringValue: 'grüße 🚢 "quoted"\n' }),
    attribute('no text', { stringValue: '' }),
    attribute('yes', { boolValue: true }),
    attribute('no', { boolValue: false }),
    attribute('whole', { intValue: '42' }),
    attribute('zero', { intValue: '0' }),
    attribute('fraction', { doubleValue: 0.25 }),
    attribute('tiny', { doubleValue: 1e-300 }),
    attribute('bytes', { bytesValue: 'AP8BgA==' }),
    attribute('empty', {}),
    attribute('texts', { arrayValue: { values: [{ stringValue: 'a' }, { stringValue: 'b' }] } }),
    attribute('mixed', { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'two' }, nested] } }),
    attribute('no items', { arrayValue: { values: [] } }),
    attribute('nested', nested),
    attribute('__proto__.polluted', { stringValue: 'a key like any other' }),
    ...long,
  ];
}

/** Records in a span and outside, plain and events, with bodies of every kind. */
function knownLogs(span: Span, { long_integers, only_observed_time }: Abilities): LogRecord[] {
  const inSpan = { traceId: span.traceId, spanId: span.spanId, flags: 1 };
  const plain = (after_ns: number, body: AnyValue): LogRecord => ({
    timeUnixNano: at(after_ns),
    observedTimeUnixNano: at(after_ns + 500_000_000),
    severityNumber: 9,
    severityText: 'INFO',
    body,
    attributes: [],
  });
  const { timeUnixNano, ...observed } = plain(4_000_004, { stringValue: 'only observed' });
  const everything: AnyValue = { kvlistValue: { values: everyAttribute(long_integers) } };
  return [
    {
      ...plain(1_000_001, { stringValue: 'price lookup failed: grüße 🚢' }),
      ...inSpan,
      severityNumber: 17,
      severityText: 'ERROR',
    },
    { ...plain(2_000_002, everything), ...inSpan, eventName: 'cart.priced' },
    { ...plain(3_000_003, { bytesValue: 'AP8BgA==' }), attributes: everyAttribute(long_integers) },
    { ...plain(3_500_003, { intValue: '7' }), severityNumber: 1, severityText: 'finest' },
    { ...plain(3_600_003, { arrayValue: { values: [{ stringValue: 'a' }, { boolValue: false }] } }) },
    ...(only_observed_time ? [observed] : []),
  ];
}

// A quarter of an hour ago, and not on a whole microsecond: what is rounded would show.
const base_ns = (BigInt(Date.now()) - 900_000n) * 1_000_000n + 123_456_789n;

function at(after_ns: number): string {
  return String(base_ns + BigInt(after_ns));
}

function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
