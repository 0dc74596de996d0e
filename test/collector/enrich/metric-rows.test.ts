import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecodedPoint, PointData } from '../../../collector/src/decode/records.ts';
import { metricRows } from '../../../collector/src/enrich/metric-rows.ts';
import { type AnyTable, type NewRow, tables } from '../../../collector/src/stores/schema.ts';
import { mapOf } from '../normalise/support.ts';
import { pointOf, time_ns } from './support.ts';

const arrival = { tenant: 'acme', received_ms: 1_770_000_000_000 };

function rowOf(data: PointData, fields: Partial<DecodedPoint> = {}): NewRow<'metrics'> {
  const [row] = metricRows([pointOf(data, fields)], arrival);
  if (row === undefined) throw new Error('Every point is a row.');
  return row;
}

const details = (row: NewRow<'metrics'>) => (row.details === null ? null : JSON.parse(row.details));
const histogram = {
  kind: 'histogram',
  count: 6n,
  sum: 3.5,
  min: 0.01,
  max: 2,
  explicit_bounds: [0.1, 1],
  bucket_counts: [1n, 2n, 3n],
} as const;

describe('a data point', () => {
  it('is a row with every column of the schema and no other', () => {
    const row = rowOf({ kind: 'gauge', value: null });
    const { ingest_time: _stamped_by_the_store, ...columns } = (tables.metrics as AnyTable).columns;
    expect(Object.keys(row).sort()).toEqual(Object.keys(columns).sort());
    for (const [name, value] of Object.entries(row))
      expect(value === null, name).toBe(name !== 'service' && !columns[name]?.required);
  });

  it('has its names, times and attributes', () => {
    const row = rowOf(
      { kind: 'sum', value: 5n },
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        temporality: 2,
        is_monotonic: true,
        start_time_ns: time_ns - 60_000_000_000n,
        attributes: mapOf({ 'gen_ai.token.type': 'input' }),
      },
    );
    expect(row).toMatchObject({
      tenant: 'acme',
      name: 'gen_ai.client.token.usage',
      unit: '{token}',
      kind: 'sum',
      temporality: 'cumulative',
      is_monotonic: true,
      service: 'shop',
      value: 5,
      time: 1_760_000_000_123_456,
      start_time: 1_759_999_940_123_456,
      attributes: '{"gen_ai.token.type":"input"}',
      details: null,
    });
    expect(JSON.parse(row.resource)).toMatchObject({ 'service.name': 'shop', scope: { name: 'my.library' } });
    expect(rowOf({ kind: 'sum', value: 1 }, { temporality: 1 })).toMatchObject({
      temporality: 'delta',
      is_monotonic: false,
    });
  });

  it('without a time has the time it came', () => {
    expect(rowOf({ kind: 'gauge', value: 1 }, { time_ns: 0n }).time).toBe(1_770_000_000_000_000);
  });

  it.each([0.5, -1, 0, 7n])('of a gauge has the value %s', (value) => {
    expect(rowOf({ kind: 'gauge', value })).toMatchObject({
      value: Number(value),
      is_monotonic: null,
      details: null,
    });
  });

  it('of a histogram has its buckets', () => {
    expect(rowOf(histogram)).toMatchObject({
      value: null,
      count: 6,
      sum: 3.5,
      minimum: 0.01,
      maximum: 2,
      bounds: [0.1, 1],
      bucket_counts: [1, 2, 3],
      details: null,
    });
    expect(rowOf({ ...histogram, sum: null, min: null, max: null })).toMatchObject({
      sum: null,
      minimum: null,
      maximum: null,
    });
  });

  it('of an exponential histogram has its buckets in the details', () => {
    const row = rowOf({
      kind: 'exponential_histogram',
      count: 4n,
      sum: 10,
      min: 0,
      max: 5,
      scale: -1,
      zero_count: 1n,
      zero_threshold: 0.001,
      positive: { offset: 2, counts: [0n, 3n] },
      negative: { offset: 0, counts: [] },
    });
    expect(row).toMatchObject({
      count: 4,
      sum: 10,
      minimum: 0,
      maximum: 5,
      bounds: null,
      bucket_counts: null,
    });
    expect(details(row)).toEqual({
      scale: -1,
      zero_count: 1,
      zero_threshold: 0.001,
      positive: { offset: 2, counts: [0, 3] },
    });
  });

  it('of a summary has its quantiles in the details', () => {
    const row = rowOf({
      kind: 'summary',
      count: 9n,
      sum: 4.5,
      quantiles: [
        { quantile: 0.99, value: 3 },
        { quantile: 1, value: Number.NaN },
      ],
    });
    expect(row).toMatchObject({ kind: 'summary', count: 9, sum: 4.5, minimum: null, maximum: null });
    expect(details(row)).toEqual({
      quantiles: [
        { quantile: 0.99, value: 3 },
        { quantile: 1, value: 'NaN' },
      ],
    });
  });

  it('has the description and exemplars in the details', () => {
    const exemplar = {
      time_ns,
      value: 2n ** 60n,
      trace_id: 'a'.repeat(32),
      span_id: null,
      attributes: mapOf({ user: 'ada' }),
    };
    expect(details(rowOf(histogram, { description: 'How long it took.', exemplars: [exemplar] }))).toEqual({
      description: 'How long it took.',
      exemplars: [
        {
          time: '2025-10-09T08:53:20.123456789Z',
          value: '1152921504606846976',
          trace_id: 'a'.repeat(32),
          span_id: null,
          attributes: { user: 'ada' },
        },
      ],
    });
  });
});

describe('what a column cannot hold', () => {
  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%s is null, and in the details as it came', (word, value) => {
    const gauge = rowOf({ kind: 'gauge', value });
    expect([gauge.value, details(gauge)]).toEqual([null, { value: word }]);
    const row = rowOf({ ...histogram, sum: value, max: value, explicit_bounds: [1, value] });
    expect(row).toMatchObject({
      sum: null,
      maximum: null,
      minimum: 0.01,
      bounds: null,
      bucket_counts: [1, 2, 3],
    });
    expect(details(row)).toEqual({ sum: word, maximum: word, bounds: [1, word] });
  });

  it('an integer beyond 2^53 keeps its digits in the details', () => {
    const large = 2n ** 63n - 1n;
    const sum = rowOf({ kind: 'sum', value: large });
    expect([sum.value, details(sum)]).toEqual([2 ** 63, { value: String(large) }]);
    const row = rowOf({ ...histogram, count: large, bucket_counts: [1n, large, 0n] });
    expect(row).toMatchObject({ count: null, bucket_counts: null });
    expect(details(row)).toEqual({ count: String(large), bucket_counts: [1, String(large), 0] });
  });

  it('a point without a recorded value has no numbers, whatever it says', () => {
    for (const data of [{ kind: 'sum', value: 0 } as const, histogram]) {
      const row = rowOf(data, { flags: 1 });
      expect(row).toMatchObject({
        value: null,
        count: null,
        sum: null,
        minimum: null,
        bounds: null,
        bucket_counts: null,
      });
      expect(details(row)).toEqual({ no_recorded_value: true });
    }
    expect(rowOf({ kind: 'sum', value: 3 }, { flags: 2 }).value).toBe(3);
  });
});

it('makes of any point a row that every store can hold', () => {
  const number = fc.oneof(
    fc.double(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, Number.MAX_VALUE),
  );
  const integer = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const optional = fc.option(number);
  const buckets = fc.record({ offset: fc.integer(), counts: fc.array(integer, { maxLength: 4 }) });
  const distribution = { count: integer, sum: optional, min: optional, max: optional };
  const data: fc.Arbitrary<PointData> = fc.oneof(
    fc.record({
      kind: fc.constantFrom('gauge' as const, 'sum' as const),
      value: fc.oneof(number, integer, fc.constant(null)),
    }),
    fc.record({
      kind: fc.constant('histogram' as const),
      ...distribution,
      explicit_bounds: fc.array(number, { maxLength: 4 }),
      bucket_counts: fc.array(integer, { maxLength: 5 }),
    }),
    fc.record({
      kind: fc.constant('exponential_histogram' as const),
      ...distribution,
      scale: fc.integer(),
      zero_count: integer,
      zero_threshold: number,
      positive: buckets,
      negative: buckets,
    }),
    fc.record({
      kind: fc.constant('summary' as const),
      count: integer,
      sum: number,
      quantiles: fc.array(fc.record({ quantile: number, value: number }), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(data, integer, fc.nat(3), (drawn, time, flags) => {
      const row = rowOf(drawn, { time_ns: time, start_time_ns: time, flags });
      for (const [name, { type, required }] of Object.entries((tables.metrics as AnyTable).columns)) {
        if (name === 'ingest_time') continue;
        const value = row[name as keyof typeof row];
        if (value === null) expect(required, name).toBe(false);
        else if (type === 'integer') expect(Number.isSafeInteger(value), name).toBe(true);
        else if (type === 'number') expect(Number.isFinite(value), name).toBe(true);
        else if (type === 'integers')
          expect((value as readonly number[]).every(Number.isSafeInteger), name).toBe(true);
        else if (type === 'doubles')
          expect((value as readonly number[]).every(Number.isFinite), name).toBe(true);
        else if (type === 'time') expect(Number.isInteger(value), name).toBe(true);
        else if (type === 'json') expect(() => JSON.parse(String(value)), name).not.toThrow();
      }
    }),
    { seed: 5, numRuns: 1000 },
  );
});
