/**
 * The messages of OTLP as far as the decoders read them, for the walk that inspects a request without decoding it.
 * Field numbers are those of opentelemetry/proto. A field that is not named here is unknown and skipped.
 */

/** How a field is looked at. `bytes` is also text, whose bytes are taken as they are. */
export const how = {
  unknown: 0,
  varint: 1,
  fixed64: 2,
  bytes: 3,
  /** Of 64-bit values, packed or single. */
  fixed64s: 4,
  /** Of varints, packed or single. */
  varints: 5,
  /** A KeyValue. */
  attribute: 6,
  /** An AnyValue that is the body of a log record. */
  log_body: 7,
  trace_id: 8,
  span_id: 9,
  parent_span_id: 10,
  message: 11,
} as const;

type How = Exclude<keyof typeof how, 'message' | 'unknown'>;

/**
 * Messages that need more than a look at their fields: items are counted, ids and bodies judged at the end of what
 * has them, and of several kinds of data of a metric only the last counts.
 */
export type Role = 'span' | 'log' | 'metric' | 'data' | 'point' | 'exemplar';

export interface Shape {
  readonly role: Role | null;
  /** For each pass over the message how each field is looked at, by field number. */
  readonly passes: readonly Uint8Array[];
  /** Messages in fields, by field number. */
  readonly messages: readonly (Shape | undefined)[];
}

type Fields = Readonly<Record<number, How | Shape>>;

function shape(fields: Fields, role: Role | null = null): Shape {
  return { role, passes: [kindsOf(fields)], messages: messagesOf(fields) };
}

// Fields may come in any order, and what belongs to the resource or scope is reported before its items.
function envelope(first: Fields, then: Fields): Shape {
  return { role: null, passes: [kindsOf(first), kindsOf(then)], messages: messagesOf({ ...first, ...then }) };
}

/** One more than the largest field number above. */
export const field_count = 16;

function kindsOf(fields: Fields): Uint8Array {
  const kinds = new Uint8Array(field_count);
  for (const [number, field] of Object.entries(fields))
    kinds[Number(number)] = typeof field === 'string' ? how[field] : how.message;
  return kinds;
}

function messagesOf(fields: Fields): (Shape | undefined)[] {
  return Array.from({ length: field_count }, (_, number) => {
    const field = fields[number];
    return typeof field === 'object' ? field : undefined;
  });
}

const resource = shape({ 1: 'attribute' });
const scope = shape({ 1: 'bytes', 2: 'bytes', 3: 'attribute' });

function request(item: Shape): Shape {
  const scope_item = envelope({ 1: scope, 3: 'bytes' }, { 2: item });
  const resource_item = envelope({ 1: resource }, { 2: scope_item });
  return shape({ 1: resource_item });
}

const event = shape({ 1: 'fixed64', 2: 'bytes', 3: 'attribute' });
const link = shape({ 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'attribute' });
const status = shape({ 2: 'bytes', 3: 'varint' });
const span = shape(
  {
    1: 'trace_id',
    2: 'span_id',
    3: 'bytes',
    4: 'parent_span_id',
    5: 'bytes',
    6: 'varint',
    7: 'fixed64',
    8: 'fixed64',
    9: 'attribute',
    11: event,
    13: link,
    15: status,
  },
  'span',
);

const log = shape(
  {
    1: 'fixed64',
    2: 'varint',
    3: 'bytes',
    5: 'log_body',
    6: 'attribute',
    9: 'trace_id',
    10: 'span_id',
    11: 'fixed64',
    12: 'bytes',
  },
  'log',
);

const exemplar = shape(
  { 2: 'fixed64', 3: 'fixed64', 4: 'span_id', 5: 'trace_id', 6: 'fixed64', 7: 'attribute' },
  'exemplar',
);

const number_point = shape(
  { 2: 'fixed64', 3: 'fixed64', 4: 'fixed64', 5: exemplar, 6: 'fixed64', 7: 'attribute', 8: 'varint' },
  'point',
);

const histogram_point = shape(
  {
    2: 'fixed64',
    3: 'fixed64',
    4: 'fixed64',
    5: 'fixed64',
    6: 'fixed64s',
    7: 'fixed64s',
    8: exemplar,
    9: 'attribute',
    10: 'varint',
    11: 'fixed64',
    12: 'fixed64',
  },
  'point',
);

const buckets = shape({ 1: 'varint', 2: 'varints' });
const exponential_histogram_point = shape(
  {
    1: 'attribute',
    2: 'fixed64',
    3: 'fixed64',
    4: 'fixed64',
    5: 'fixed64',
    6: 'varint',
    7: 'fixed64',
    8: buckets,
    9: buckets,
    10: 'varint',
    11: exemplar,
    12: 'fixed64',
    13: 'fixed64',
    14: 'fixed64',
  },
  'point',
);

const quantile = shape({ 1: 'fixed64', 2: 'fixed64' });
const summary_point = shape(
  {
    2: 'fixed64',
    3: 'fixed64',
    4: 'fixed64',
    5: 'fixed64',
    6: quantile,
    7: 'attribute',
    8: 'varint',
  },
  'point',
);

const metric = shape(
  {
    1: 'bytes',
    2: 'bytes',
    3: 'bytes',
    5: shape({ 1: number_point }, 'data'),
    7: shape({ 1: number_point, 2: 'varint', 3: 'varint' }, 'data'),
    9: shape({ 1: histogram_point, 2: 'varint' }, 'data'),
    10: shape({ 1: exponential_histogram_point, 2: 'varint' }, 'data'),
    11: shape({ 1: summary_point }, 'data'),
  },
  'metric',
);

/** Export requests by signal. */
export const requests = { traces: request(span), logs: request(log), metrics: request(metric) } as const;
