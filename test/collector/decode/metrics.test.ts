import { describe, expect, it } from 'vitest';
import { decodeMetrics } from '../../../collector/src/decode/decode.ts';
import { SextantError } from '../../../collector/src/errors.ts';
import { attribute, bytes, field, fixed64, message, text, varint } from '../../support/protobuf.ts';
import { has_shared_data, readShared } from '../../support/shared-data.ts';

const trace_id = '5b8efff798038103d269b633813fc60c';
const span_id = 'eee19b7ec3c1b174';

function protobuf(...metric: Buffer[]) {
  return decodeMetrics(message(1, message(2, message(2, ...metric))), 'protobuf');
}

function json(metric: string) {
  const body = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[${metric}]}]}]}`;
  return decodeMetrics(Buffer.from(body), 'json');
}

function double(number: number, value: number): Buffer {
  const payload = Buffer.alloc(8);
  payload.writeDoubleLE(value);
  return field(number, 1, payload);
}

function packed64(number: number, ...values: bigint[]): Buffer {
  return bytes(number, Buffer.concat(values.map((value) => fixed64(1, value).subarray(1))));
}

const big = 2n ** 53n + 1n;

// The same metrics in both encodings; 64-bit integers stand in JSON as numbers and as strings.
const cases = [
  {
    name: 'gauge',
    protobuf: [
      message(5, message(1, field(6, 1, fixed64(1, 2n ** 64n - big).subarray(1)), field(8, 0, varint(1)))),
    ],
    json: `{"gauge":{"dataPoints":[{"asInt":-${big},"flags":1}]}}`,
    point: { data: { kind: 'gauge', value: -big }, flags: 1, temporality: 0, is_monotonic: false },
  },
  {
    name: 'gauge without value',
    protobuf: [message(5, message(1))],
    json: '{"gauge":{"dataPoints":[{}]}}',
    point: { data: { kind: 'gauge', value: null }, flags: 0 },
  },
  {
    name: 'sum',
    protobuf: [
      message(
        7,
        message(1, double(4, 5), fixed64(2, 7n), fixed64(3, big), attribute(7, 'a', text(1, 'b'))),
        field(2, 0, varint(1)),
        field(3, 0, varint(1)),
      ),
      text(1, 'requests'),
      text(2, 'how many'),
      text(3, '1'),
    ],
    json: `{"sum":{"dataPoints":[{"asDouble":5,"startTimeUnixNano":7,"timeUnixNano": ${big} ,
      "attributes":[{"key":"a","value":{"stringValue":"b"}}]}],"aggregationTemporality":1,"isMonotonic":true},
      "name":"requests","description":"how many","unit":"1"}`,
    point: {
      name: 'requests',
      description: 'how many',
      unit: '1',
      data: { kind: 'sum', value: 5 },
      temporality: 1,
      is_monotonic: true,
      start_time_ns: 7n,
      time_ns: big,
      attributes: new Map([['a', 'b']]),
    },
  },
  {
    name: 'histogram',
    protobuf: [
      message(
        9,
        message(
          1,
          fixed64(4, big),
          double(5, 2),
          packed64(6, 1n, big),
          packed64(7, 0x3ff0000000000000n),
          double(11, 0),
        ),
        field(2, 0, varint(2)),
      ),
    ],
    json: `{"histogram":{"aggregationTemporality":2,"dataPoints":[
      {"count":${big},"sum":2,"bucketCounts":[ "1" , ${big} ],"explicitBounds":[1],"min":0,"max":null}]}}`,
    point: {
      temporality: 2,
      data: {
        kind: 'histogram',
        count: big,
        sum: 2,
        min: 0,
        max: null,
        explicit_bounds: [1],
        bucket_counts: [1n, big],
      },
    },
  },
  {
    name: 'histogram with lists that are not packed',
    protobuf: [
      message(9, message(1, fixed64(6, 1n), double(7, -1.5), packed64(6, 2n), fixed64(6, 3n), double(7, 4))),
    ],
    json: '{"histogram":{"dataPoints":[{"bucketCounts":[1,2,3],"explicitBounds":[-1.5,"4"]}]}}',
    point: {
      data: {
        kind: 'histogram',
        count: 0n,
        sum: null,
        min: null,
        max: null,
        explicit_bounds: [-1.5, 4],
        bucket_counts: [1n, 2n, 3n],
      },
    },
  },
  {
    name: 'exponential histogram',
    protobuf: [
      message(
        10,
        message(
          1,
          attribute(1, 'a', text(1, 'b')),
          fixed64(4, 3n),
          double(5, 10),
          field(6, 0, varint(3)),
          fixed64(7, big),
          message(8, field(1, 0, varint(2)), bytes(2, Buffer.concat([varint(0), varint(2n ** 64n - 1n)]))),
          message(9, field(2, 0, varint(4)), bytes(2, varint(5)), field(2, 0, varint(2n ** 63n))),
          double(12, 0),
          double(13, 5),
          double(14, 0.25),
        ),
      ),
    ],
    json: `{"exponentialHistogram":{"dataPoints":[{"attributes":[{"key":"a","value":{"stringValue":"b"}}],
      "count":"3","sum":10,"scale":-2,"zeroCount":${big},"positive":{"offset":1,"bucketCounts":[0,18446744073709551615]},
      "negative":{"bucketCounts":["4",5,9223372036854775808]},"min":0,"max":5,"zeroThreshold":0.25}]}}`,
    point: {
      attributes: new Map([['a', 'b']]),
      data: {
        kind: 'exponential_histogram',
        count: 3n,
        sum: 10,
        min: 0,
        max: 5,
        scale: -2,
        zero_count: big,
        zero_threshold: 0.25,
        positive: { offset: 1, counts: [0n, 2n ** 64n - 1n] },
        negative: { offset: 0, counts: [4n, 5n, 2n ** 63n] },
      },
    },
  },
  {
    name: 'summary',
    protobuf: [
      message(
        11,
        message(
          1,
          fixed64(4, 2n),
          double(5, 3),
          message(6, double(1, 0.5), double(2, Number.NaN)),
          message(6),
        ),
      ),
    ],
    json: '{"summary":{"dataPoints":[{"count":2,"sum":3,"quantileValues":[{"quantile":0.5,"value":"NaN"},{}]}]}}',
    point: {
      data: {
        kind: 'summary',
        count: 2n,
        sum: 3,
        quantiles: [
          { quantile: 0.5, value: Number.NaN },
          { quantile: 0, value: 0 },
        ],
      },
    },
  },
  {
    name: 'exemplars',
    protobuf: [
      message(
        5,
        message(
          1,
          message(
            5,
            fixed64(2, 9n),
            double(3, 1.5),
            bytes(4, Buffer.from(span_id, 'hex')),
            bytes(5, Buffer.from(trace_id, 'hex')),
            attribute(7, 'a', text(1, 'b')),
          ),
          message(5, field(6, 1, fixed64(1, 4n).subarray(1))),
        ),
      ),
    ],
    json: `{"gauge":{"dataPoints":[{"exemplars":[
      {"timeUnixNano":"9","asDouble":1.5,"spanId":"${span_id}","traceId":"${trace_id.toUpperCase()}",
       "filteredAttributes":[{"key":"a","value":{"stringValue":"b"}}]},{"asInt":"4"}]}]}}`,
    point: {
      exemplars: [
        { time_ns: 9n, value: 1.5, trace_id, span_id, attributes: new Map([['a', 'b']]) },
        { time_ns: 0n, value: 4, trace_id: null, span_id: null, attributes: new Map() },
      ],
    },
  },
];

describe('metrics', () => {
  it.each(cases)('reads a $name from protobuf and from JSON', ({ protobuf: fields, json: metric, point }) => {
    const from_protobuf = protobuf(...fields);
    expect(from_protobuf.points).toMatchObject([point]);
    expect(from_protobuf.rejections).toEqual([]);
    expect(json(metric)).toEqual(from_protobuf);
  });

  it('keeps a point whose exemplar has invalid ids, and says so', () => {
    const from_protobuf = protobuf(
      message(5, message(1, message(5, bytes(5, Buffer.alloc(3, 1)), double(3, 1)))),
    );
    const from_json = json('{"gauge":{"dataPoints":[{"exemplars":[{"traceId":"010101","asDouble":1}]}]}}');
    expect(from_protobuf.points).toMatchObject([{ exemplars: [{ value: 1, trace_id: null }] }]);
    expect(from_protobuf.rejections).toMatchObject([{ reason: 'invalid_trace_id', item_lost: false }]);
    expect(from_json).toEqual(from_protobuf);
  });

  it('takes the last kind of data where a metric has several', () => {
    const gauge = message(5, message(1, double(4, 1)));
    const sum = message(7, message(1, double(4, 2)), field(2, 0, varint(2)));
    expect(protobuf(sum, gauge).points).toMatchObject([
      { data: { kind: 'gauge', value: 1 }, temporality: 0 },
    ]);
    expect(protobuf(sum, gauge, sum).points).toMatchObject([
      { data: { kind: 'sum', value: 2 }, temporality: 2 },
    ]);
    expect(protobuf(sum, sum).points).toHaveLength(2);
  });

  it('makes nothing of a metric without points', () => {
    expect(protobuf(text(1, 'idle'), message(7))).toEqual({ points: [], rejections: [] });
    expect(json('{"name":"idle","sum":{}},{"name":"none"}')).toEqual({ points: [], rejections: [] });
  });

  it('refuses a packed list with a broken value', () => {
    const broken = message(9, message(1, bytes(6, Buffer.alloc(12))));
    expect(() => protobuf(broken)).toThrow(/not valid OTLP/);
  });

  it.each([
    [
      'a temporality by name',
      '{"sum":{"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","dataPoints":[{}]}}',
    ],
    ['a negative count', '{"summary":{"dataPoints":[{"count":-1}]}}'],
    ['a count beyond 64 bits', '{"summary":{"dataPoints":[{"count":18446744073709551616}]}}'],
    ['flags beyond 32 bits', '{"gauge":{"dataPoints":[{"flags":4294967296}]}}'],
    ['a text as bound', '{"histogram":{"dataPoints":[{"explicitBounds":["low"]}]}}'],
    ['a list of counts that is none', '{"histogram":{"dataPoints":[{"bucketCounts":[1 2]}]}}'],
    ['points that are no list', '{"gauge":{"dataPoints":{}}}'],
  ])('reports undecodable: %s', (_name, metric) => {
    expect(() => json(metric)).toThrow(SextantError);
    expect(() => json(metric)).toThrow(/not valid OTLP/);
  });

  it.skipIf(!has_shared_data)('reads the example of the specification', () => {
    const body = readShared('spans-otlp-examples/opentelemetry-proto-metrics.json.gz');
    const { points, rejections } = decodeMetrics(Buffer.from(body), 'json');
    expect(rejections).toEqual([]);
    expect(points.map(({ name, data }) => [name, data.kind])).toEqual([
      ['my.counter', 'sum'],
      ['my.gauge', 'gauge'],
      ['my.histogram', 'histogram'],
      ['my.exponential.histogram', 'exponential_histogram'],
    ]);
    expect(points[3]?.data).toMatchObject({ count: 3n, positive: { offset: 1, counts: [0n, 2n] } });
  });
});
