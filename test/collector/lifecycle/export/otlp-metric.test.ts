import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeMetrics } from '../../../../collector/src/decode/decode.ts';
import { metricRows } from '../../../../collector/src/enrich/metric-rows.ts';
import { metric_form, metricsOf } from '../../../../collector/src/lifecycle/export/otlp-metric.ts';
import { requestOf } from '../../../../collector/src/lifecycle/export/requests.ts';
import type { Row } from '../../../../collector/src/stores/store.ts';
import { attributes, hex, start_ns } from './arbitraries.ts';

type MetricRow = ReturnType<typeof metricRows>[number];

/** The way of a request into rows. */
function rowsOf(request: string): readonly MetricRow[] {
  const { points } = decodeMetrics(Buffer.from(request), 'json');
  return metricRows(points, { tenant: 'default', received_ms: 1_770_000_000_000 });
}

function exported(rows: readonly MetricRow[]): string {
  return requestOf(metric_form, metricsOf(rows as unknown as Row[]));
}

/** Points of one series come together, so the order is another. */
function sorted(rows: readonly MetricRow[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom('NaN', 'Infinity', '-Infinity'),
);
const uint64 = fc.oneof(fc.nat(1_000).map(BigInt), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })).map(String);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const value = fc.oneof(fc.record({ asDouble: double }), fc.record({ asInt: int64 }), fc.constant({}));
const ids = fc.oneof(fc.record({ traceId: hex(32), spanId: hex(16) }), fc.constant({}));
const exemplar = fc
  .record({ timeUnixNano: start_ns.map(String), value, ids, filteredAttributes: attributes })
  .map(({ value: number, ids: of, ...rest }) => ({ ...rest, ...number, ...of }));
const point = {
  timeUnixNano: start_ns.map(String),
  startTimeUnixNano: fc.option(start_ns.map(String), { nil: undefined }),
  attributes,
  flags: fc.nat(1),
  exemplars: fc.array(exemplar, { maxLength: 2 }),
};
const optional = fc.option(double, { nil: undefined });
const totals = { count: uint64, sum: optional, min: optional, max: optional };
const buckets = fc.record({ offset: fc.integer(), bucketCounts: fc.array(uint64, { maxLength: 3 }) });

const number_point = fc
  .record({ ...point, value })
  .map(({ value: number, ...rest }) => ({ ...rest, ...number }));
const histogram_point = fc.record({
  ...{ ...point, ...totals },
  explicitBounds: fc.array(double, { maxLength: 3 }),
  bucketCounts: fc.array(uint64, { maxLength: 4 }),
});
const exponential_point = fc.record({
  ...{ ...point, ...totals, scale: fc.integer({ min: -10, max: 20 }) },
  ...{ zeroCount: uint64, zeroThreshold: double, positive: buckets, negative: buckets },
});
const { exemplars: _none, ...summary_fields } = point;
const summary_point = fc.record({
  ...{ ...summary_fields, count: uint64, sum: double },
  quantileValues: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 2 }),
});

const aggregationTemporality = fc.nat(2);
const points = <Point>(one: fc.Arbitrary<Point>) => fc.array(one, { minLength: 1, maxLength: 3 });
const data = fc.oneof(
  fc.record({ gauge: fc.record({ dataPoints: points(number_point) }) }),
  fc.record({
    sum: fc.record({ dataPoints: points(number_point), aggregationTemporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({ histogram: fc.record({ dataPoints: points(histogram_point), aggregationTemporality }) }),
  fc.record({
    exponentialHistogram: fc.record({ dataPoints: points(exponential_point), aggregationTemporality }),
  }),
  fc.record({ summary: fc.record({ dataPoints: points(summary_point) }) }),
);
const metric = fc
  .record({ name: fc.string(), description: fc.string(), unit: fc.constantFrom('', 's', '{token}'), data })
  .map(({ data: of, ...rest }) => ({ ...rest, ...of }));

const request = fc
  .record({
    resource: attributes,
    scope: fc.record({ name: fc.string(), version: fc.string(), attributes }),
    metrics: fc.array(metric, { minLength: 1, maxLength: 3 }),
  })
  .map(({ resource, scope, metrics }) =>
    JSON.stringify({
      resourceMetrics: [{ resource: { attributes: resource }, scopeMetrics: [{ scope, metrics }] }],
    }),
  );

it('makes of the rows of a request a request that makes the same rows', () => {
  fc.assert(
    fc.property(request, (text) => {
      const rows = rowsOf(text);
      expect(sorted(rowsOf(exported(rows)))).toEqual(sorted(rows));
    }),
    { seed: 20261128, numRuns: 400 },
  );
});

it('puts points of one series into one metric, some hundreds at most', () => {
  const dataPoints = Array.from({ length: 300 }, (_, number) => ({
    timeUnixNano: String(1_770_000_000_000_000_000n + BigInt(number) * 1_000_000n),
    asDouble: number,
  }));
  const metrics = [{ name: 'load', gauge: { dataPoints } }];
  const rows = rowsOf(JSON.stringify({ resourceMetrics: [{ scopeMetrics: [{ metrics }] }] }));
  const { resourceMetrics } = JSON.parse(exported(rows));
  const sent = resourceMetrics[0].scopeMetrics[0].metrics;
  expect(sent.map((one: (typeof metrics)[0]) => one.gauge.dataPoints.length)).toEqual([256, 44]);
});
