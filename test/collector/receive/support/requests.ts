import {
  attribute,
  bytes,
  field,
  fixed64,
  message,
  text,
  traceRequest,
  varint,
} from '../../../support/protobuf.ts';

export const host = '127.0.0.1:4318';
export const protobuf = { host, 'content-type': 'application/x-protobuf' };
export const json = { host, 'content-type': 'application/json' };

export const signals = ['traces', 'metrics', 'logs'] as const;
export type Signal = (typeof signals)[number];

const trace_id = '0af7651916cd43dd8448eb211c80319c';
const span_id = 'b7ad6b7169203331';
const time_ns = 1_700_000_000_000_000_000n;

/** One good item of each signal, in protobuf. */
export const one_item: Record<Signal, Buffer> = {
  traces: traceRequest({ name: 'good' }),
  logs: logsRequest('good'),
  metrics: metricsRequest('good'),
};

export function logsRequest(...bodies: readonly string[]): Buffer {
  const records = bodies.map((body) =>
    message(
      2,
      fixed64(1, time_ns),
      field(2, 0, varint(9)),
      message(5, text(1, body)),
      bytes(9, Buffer.from(trace_id, 'hex')),
      bytes(10, Buffer.from(span_id, 'hex')),
    ),
  );
  return message(1, message(2, ...records));
}

/** A gauge of one point for each name. */
export function metricsRequest(...names: readonly string[]): Buffer {
  const metrics = names.map((name) =>
    message(
      2,
      text(1, name),
      message(5, message(1, fixed64(3, time_ns), fixed64(6, 42n), attribute(7, 'a', text(1, 'b')))),
    ),
  );
  return message(1, message(2, ...metrics));
}

const nano = String(time_ns);

/** One good item of each signal, in JSON. */
export const one_item_json: Record<Signal, object> = {
  traces: jsonTraces({
    traceId: trace_id,
    spanId: span_id,
    name: 'good',
    startTimeUnixNano: nano,
    endTimeUnixNano: nano,
  }),
  logs: {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ timeUnixNano: nano, body: { stringValue: 'good' } }] }] }],
  },
  metrics: {
    resourceMetrics: [
      {
        scopeMetrics: [
          { metrics: [{ name: 'good', gauge: { dataPoints: [{ timeUnixNano: nano, asDouble: 1 }] } }] },
        ],
      },
    ],
  },
};

export function jsonTraces(...spans: readonly object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
}

export const valid_span = {
  traceId: trace_id,
  spanId: span_id,
  name: 'good',
  startTimeUnixNano: nano,
  endTimeUnixNano: nano,
};
