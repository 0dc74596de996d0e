import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLogs, decodeMetrics, decodeTraces } from '../../../collector/src/decode/decode.ts';
import type { Rejection } from '../../../collector/src/decode/records.ts';

const attribute = { key: 'a', value: { intValue: '1' } };
const time = '1770000000000000000';
const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const span = {
  ...{ ...ids, parentSpanId: 'c'.repeat(16), traceState: 's=1', name: 'call', kind: 3 },
  ...{ startTimeUnixNano: time, endTimeUnixNano: time, attributes: [attribute] },
  events: [{ name: 'e', timeUnixNano: time, attributes: [attribute] }],
  links: [{ ...ids, traceState: '', attributes: [attribute] }],
  status: { code: 2, message: 'no' },
};
const log = {
  ...{ timeUnixNano: time, observedTimeUnixNano: time, severityNumber: 9, severityText: 'INFO' },
  ...{ ...ids, eventName: 'e', body: { stringValue: 'text' }, attributes: [attribute] },
};
const exemplar = { ...ids, timeUnixNano: time, asInt: '7', filteredAttributes: [attribute] };
const point = {
  timeUnixNano: time,
  startTimeUnixNano: time,
  flags: 0,
  attributes: [attribute],
  exemplars: [exemplar],
};
const totals = { count: '1', sum: 1.5, min: 1, max: 2 };
const buckets = { offset: -1, bucketCounts: ['1', '2'] };
const points = {
  gauge: { ...point, asDouble: 1 },
  sum: { ...point, asInt: '5' },
  histogram: { ...point, ...totals, explicitBounds: [1], bucketCounts: ['1', '0'] },
  exponentialHistogram: {
    ...{ ...point, ...totals, scale: 1, zeroCount: '0', zeroThreshold: 0 },
    ...{ positive: buckets, negative: buckets },
  },
  summary: { ...point, count: '1', sum: 1, quantileValues: [{ quantile: 0.5, value: 1 }] },
};

interface Found {
  readonly kept: number;
  readonly rejections: readonly Rejection[];
}

const body = (value: unknown) => Buffer.from(JSON.stringify(value));

function readSpans(spans: readonly unknown[]): Found {
  const found = decodeTraces(body({ resourceSpans: [{ scopeSpans: [{ spans }] }] }), 'json');
  return { kept: found.spans.length, rejections: found.rejections };
}

function readLogs(logRecords: readonly unknown[]): Found {
  const found = decodeLogs(body({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }), 'json');
  return { kept: found.logs.length, rejections: found.rejections };
}

const readPoints =
  (kind: string) =>
  (dataPoints: readonly unknown[]): Found => {
    const metrics = [{ name: 'm', [kind]: { dataPoints } }];
    const found = decodeMetrics(body({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }), 'json');
    return { kept: found.points.length, rejections: found.rejections };
  };

const kinds: readonly (readonly [string, object, (items: readonly unknown[]) => Found])[] = [
  ['a span', span, readSpans],
  ['a log record', log, readLogs],
  ...Object.entries(points).map(([kind, of]) => [`a point of a ${kind}`, of, readPoints(kind)] as const),
];

type Path = readonly (string | number)[];

/** The places of all values in a value, itself left out. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[...at, key], ...pathsOf(item, [...at, key])]);
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const inner = (value as Record<string, unknown>)[key];
  if (!Array.isArray(value)) return { ...(value as object), [key]: replaced(inner, rest, by) };
  return value.map((item, index) => (index === Number(key) ? replaced(item, rest, by) : item));
}

const hostile = fc.oneof(
  fc.constantFrom<unknown>('99999999999999999999', '-1', '18446744073709551616', '1e999', 'x', '', '0x10'),
  fc.constantFrom<unknown>(-1, 1.5, 2 ** 64, 1e300, true, [], {}, [[]], [null], { values: 5 }, null),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.jsonValue(),
);

describe.each(kinds)('%s with a value its field cannot hold', (_name, good, read) => {
  it('costs no other, and is reported once', () => {
    const paths = pathsOf(good);
    fc.assert(
      fc.property(fc.constantFrom(...paths), hostile, fc.boolean(), (path, value, comes_first) => {
        const bad = replaced(good, path, value);
        const { kept, rejections } = read(comes_first ? [bad, good] : [good, bad]);
        const lost = rejections.filter(({ item_lost }) => item_lost).length;
        expect(kept + lost).toBe(2);
        expect(kept).toBeGreaterThan(0);
        for (const { message } of rejections) expect(message).toMatch(/must be|nested deeper/);
      }),
      { seed: 20261128, numRuns: 400 },
    );
  });

  it('is refused with the whole request where nothing else is in it', () => {
    const field = 'timeUnixNano' in good ? 'timeUnixNano' : 'endTimeUnixNano';
    const bad = { ...good, [field]: '18446744073709551616' };
    expect(() => read([bad, bad])).toThrow(`Field ${field} must be an integer between 0 and`);
    const found = read([good, bad]);
    const message = `Field ${field} must be an integer between 0 and 18446744073709551615.`;
    expect(found).toEqual({ kept: 1, rejections: [{ reason: 'invalid_value', message, item_lost: true }] });
  });
});

it('a wrong attribute costs the attribute', () => {
  const wrong = { key: 'b', value: { intValue: '9223372036854775808' } };
  const request = {
    resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, attributes: [attribute, wrong] }] }] }],
  };
  const { spans, rejections } = decodeTraces(body(request), 'json');
  expect([...(spans[0]?.attributes ?? [])]).toEqual([['a', 1]]);
  expect(rejections).toEqual([
    {
      reason: 'invalid_value',
      message: `attribute "b": Field intValue must be an integer between ${-(2n ** 63n)} and ${2n ** 63n - 1n}. It was left out.`,
      item_lost: false,
    },
  ]);
});

it('a wrong value of a metric costs all its points, and those of no other metric', () => {
  const gauge = { dataPoints: [{}, {}] };
  const metrics = [
    { name: 5, gauge },
    { name: 'm', gauge },
    { name: 'x', sum: 3 },
  ];
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
  const found = decodeMetrics(body(request), 'json');
  expect(found.points.map(({ name }) => name)).toEqual(['m', 'm']);
  expect(found.rejections.map(({ message }) => message)).toEqual([
    'Field metric.name must be a string.',
    'Field metric.name must be a string.',
    'Field sum must be an object.',
  ]);
});
