import fc from 'fast-check';
import type protobuf from 'protobufjs';
import { message as wrap } from '../support/protobuf.ts';
import { itemTypes, keyValueType, requestTypes, type Signal } from './schema.ts';

/** Arbitrary requests of every signal, encoded by protobufjs. */
export function requestBodies(signal: Signal): fc.Arbitrary<Buffer> {
  const type = requestTypes[signal];
  return request(items[signal]).map((message) => encode(type, [message]));
}

/** Encoded requests with some of their bytes changed, cut off, removed or repeated. */
export function damagedBodies(signal: Signal): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      requestBodies(signal),
      fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(7)), { minLength: 1, maxLength: 4 }),
    )
    .map(([body, damages]) => damages.reduce((before, damage) => damaged(before, damage), body));
}

function damaged(body: Buffer, [random, byte, way]: readonly [number, number, number]): Buffer {
  const copy = Buffer.from(body);
  const place = random % Math.max(1, body.length);
  const end = place + 1 + (byte % 40);
  const before = body.subarray(0, place);
  if (way === 0) return before;
  if (way === 1) return Buffer.concat([before, body.subarray(end)]);
  if (way === 2) return Buffer.concat([body.subarray(0, end), body.subarray(place)]);
  if (way === 3) return Buffer.concat([before, Buffer.from([byte]), body.subarray(place)]);
  if (body.length === 0) return copy;
  const old = body.readUInt8(place);
  // A bit, a length or tag that is a little off, or any byte.
  if (way === 4) copy.writeUInt8(old ^ (1 << (byte % 8)), place);
  else if (way === 5) copy.writeUInt8((old + 1) % 256, place);
  else if (way === 6) copy.writeUInt8((old + 255) % 256, place);
  else copy.writeUInt8(byte, place);
  return copy;
}

/**
 * A span, log record or metric in parts that stand one after the other, which protobuf wants put together; so is its
 * last attribute. No part is nested too deeply: ours then forgets it, and does not put it together with the next.
 */
export function bodiesInParts(signal: Signal): fc.Arbitrary<Buffer> {
  const attribute_field = { traces: 9, logs: 6, metrics: 900 }[signal];
  return fc
    .tuple(
      fc.array(signal === 'logs' ? log(value) : items[signal], { minLength: 1, maxLength: 4 }),
      many(entry),
    )
    .map(([parts, entries]) =>
      wrap(
        1,
        wrap(
          2,
          wrap(2, encode(itemTypes[signal], parts), wrap(attribute_field, encode(keyValueType, entries))),
        ),
      ),
    );
}

function encode(type: protobuf.Type, messages: readonly unknown[]): Buffer {
  return Buffer.concat(messages.map((fields) => type.encode(type.fromObject(fields as object)).finish()));
}

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** A message in which every field may be absent. */
function message(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(fields, { requiredKeys: [] });
}

function many(item: fc.Arbitrary<unknown>, maxLength = 3): fc.Arbitrary<unknown[]> {
  return fc.array(item, { maxLength });
}

const bytes = fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array));
const text = fc.oneof(
  fc
    .constantFrom(
      '',
      '__proto__',
      'constructor',
      'toString',
      'gen_ai.request.model',
      'gen_ai.usage.input_tokens',
      '"count": 12345678901234567890, "bucketCounts": [12345678901234567890]',
      '\\"intValue\\":12345678901234567890}',
      'grüße 🚢',
      '\ufeff\u0000\ud83d',
    )
    .map((string) => Buffer.from(string)),
  fc.string({ unit: 'binary', maxLength: 80 }).map((string) => Buffer.from(string)),
  bytes,
);

const unsigned = fc
  .oneof(
    fc.constantFrom(0n, 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  )
  .map(String);
const signed = fc
  .oneof(
    fc.constantFrom(
      0n,
      -1n,
      127n,
      128n,
      -(2n ** 31n),
      2n ** 53n,
      -(2n ** 53n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  )
  .map(String);
const double = fc.double();
const int32 = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.integer());
const uint32 = fc.oneof(fc.constantFrom(0, 1), fc.nat(2 ** 32 - 1));

function id(length: 8 | 16): fc.Arbitrary<Buffer> {
  const right = fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array));
  return fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(length)) },
    bytes,
  );
}

const { entry, value } = fc.letrec((tie) => ({
  entry: message({ key: text, value: tie('value'), key_strindex: int32, later: bytes }),
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    message({ string_value: text }),
    fc.record({ bool_value: fc.boolean() }),
    fc.record({ int_value: signed, later: unsigned }),
    fc.record({ double_value: double }),
    fc.record({ bytes_value: bytes }),
    fc.record({ array_value: message({ values: many(tie('value')), later: bytes }) }),
    fc.record({ kvlist_value: message({ values: many(tie('entry')), later: bytes }) }),
  ),
})) as Record<'entry' | 'value', fc.Arbitrary<unknown>>;

// About as deep as values may be.
const deep = fc
  .tuple(fc.integer({ min: 30, max: 35 }), fc.boolean(), value)
  .map(([levels, in_map, bottom]) => {
    let nested = bottom;
    for (let level = 0; level < levels; level++)
      nested = in_map
        ? { kvlist_value: { values: [{ key: Buffer.from('k'), value: nested }] } }
        : { array_value: { values: [nested] } };
    return nested;
  });
const any_value = fc.oneof({ weight: 12, arbitrary: value }, { weight: 1, arbitrary: deep });
const attributes = many(
  fc.oneof(
    { weight: 6, arbitrary: entry },
    { weight: 1, arbitrary: message({ key: text, value: any_value }) },
  ),
);

const resource = message({ attributes, dropped_attributes_count: uint32, later: bytes });
const scope = message({ name: text, version: text, attributes, dropped_attributes_count: uint32 });

function request(item: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const scope_item = message({ scope, items: many(item), schema_url: text, later: uint32 });
  const resource_item = message({ resource, items: many(scope_item, 2), schema_url: text, later: bytes });
  return fc.record({ items: many(resource_item, 2) });
}

const span = message({
  trace_id: id(16),
  span_id: id(8),
  parent_span_id: id(8),
  trace_state: text,
  name: text,
  kind: int32,
  start_time_unix_nano: unsigned,
  end_time_unix_nano: unsigned,
  attributes,
  dropped_attributes_count: uint32,
  events: many(message({ time_unix_nano: unsigned, name: text, attributes })),
  links: many(message({ trace_id: id(16), span_id: id(8), trace_state: text, attributes, flags: uint32 })),
  status: message({ message: text, code: int32, later: bytes }),
  flags: uint32,
  later: bytes,
}).chain((fields) =>
  // Most spans have ids, or little would be compared.
  fc.record({ trace_id: id(16), span_id: id(8) }).map((ids) => ({ ...ids, ...fields })),
);

const log = (body: fc.Arbitrary<unknown>) =>
  message({
    time_unix_nano: unsigned,
    observed_time_unix_nano: unsigned,
    severity_number: int32,
    severity_text: text,
    event_name: text,
    body,
    attributes,
    flags: uint32,
    trace_id: id(16),
    span_id: id(8),
    later: bytes,
  });

const number_value = fc.oneof(
  fc.record({ as_double: double }),
  fc.record({ as_int: signed }),
  fc.constant({}),
);
const exemplar = fc
  .tuple(
    message({ time_unix_nano: unsigned, trace_id: id(16), span_id: id(8), filtered_attributes: attributes }),
    number_value,
  )
  .map(([fields, number]) => ({ ...fields, ...number }));
const point = { start_time_unix_nano: unsigned, time_unix_nano: unsigned, attributes, flags: uint32 };
const exemplars = many(exemplar, 2);
const totals = { count: unsigned, sum: double, min: double, max: double };
const buckets = message({ offset: int32, bucket_counts: many(unsigned, 5) });

const number_points = many(
  fc
    .tuple(message({ ...point, exemplars, later: bytes }), number_value)
    .map(([fields, number]) => ({ ...fields, ...number })),
);
const histogram_points = many(
  message({
    ...point,
    ...totals,
    exemplars,
    bucket_counts: many(unsigned, 5),
    explicit_bounds: many(double, 5),
  }),
);
const exponential_histogram_points = many(
  message({
    ...point,
    ...totals,
    exemplars,
    scale: int32,
    zero_count: unsigned,
    zero_threshold: double,
    positive: buckets,
    negative: buckets,
  }),
);
const summary_points = many(
  message({
    ...point,
    count: unsigned,
    sum: double,
    quantile_values: many(message({ quantile: double, value: double })),
  }),
);

const metric = fc
  .tuple(
    message({ name: text, description: text, unit: text, metadata: many(bytes) }),
    fc.oneof(
      fc.record({ gauge: message({ data_points: number_points, later: bytes }) }),
      fc.record({
        sum: message({
          data_points: number_points,
          aggregation_temporality: int32,
          is_monotonic: fc.boolean(),
        }),
      }),
      fc.record({ histogram: message({ data_points: histogram_points, aggregation_temporality: int32 }) }),
      fc.record({
        exponential_histogram: message({
          data_points: exponential_histogram_points,
          aggregation_temporality: int32,
        }),
      }),
      fc.record({ summary: message({ data_points: summary_points }) }),
      fc.constant({}),
    ),
  )
  .map(([fields, data]) => ({ ...fields, ...data }));

const items: Record<Signal, fc.Arbitrary<unknown>> = { traces: span, logs: log(any_value), metrics: metric };
