import { deepStrictEqual } from 'node:assert/strict';
import { isoTime, parseColumns, sortBy, surroundings } from '../compare.ts';
import { attribute } from '../known-telemetry.ts';
import type { Resource, Scope } from '../otlp-json.ts';
import type { Sextant } from '../sextant.ts';

/** A data point of every kind with everything it may have, and the row it must become, written out by hand. */

// A quarter of an hour ago, not on a whole microsecond.
const base_ns = (BigInt(Date.now()) - 900_000n) * 1_000_000n + 123_456_789n;
const timeUnixNano = String(base_ns + 60_000_000_000n);
const startTimeUnixNano = String(base_ns);
const times = { startTimeUnixNano, timeUnixNano };
const time_columns = {
  start_us: Number(base_ns / 1000n),
  time_us: Number(base_ns / 1000n) + 60_000_000,
};

const resource: Resource = { attributes: [attribute('service.name', { stringValue: 'interop-points' })] };
const scope: Scope = {
  name: 'interop.points',
  version: '1.0',
  attributes: [attribute('by', { stringValue: 'hand' })],
};
const schemaUrl = 'https://opentelemetry.io/schemas/1.38.0';
const attributes = [
  attribute('model', { stringValue: 'm' }),
  attribute('sizes', { arrayValue: { values: [{ intValue: '1' }, {}] } }),
];
const exemplar = {
  timeUnixNano,
  asDouble: 0.75,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  filteredAttributes: [attribute('user', { stringValue: 'u' })],
};

const empty_row = {
  ...time_columns,
  unit: null,
  temporality: null,
  is_monotonic: null,
  value: null,
  count: null,
  sum: null,
  minimum: null,
  maximum: null,
  bounds: null,
  bucket_counts: null,
  details: null,
  attributes: { model: 'm', sizes: [1, null] },
};

const points = [
  {
    metric: {
      name: 'a gauge',
      unit: 'Cel',
      gauge: { dataPoints: [{ ...times, attributes, asDouble: -2.5 }] },
    },
    row: { ...empty_row, name: 'a gauge', unit: 'Cel', kind: 'gauge', value: -2.5 },
  },
  {
    metric: {
      name: 'a sum',
      description: 'With a description.',
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [{ ...times, attributes, asInt: '9007199254740993' }],
      },
    },
    row: {
      ...empty_row,
      name: 'a sum',
      kind: 'sum',
      temporality: 'delta',
      is_monotonic: true,
      value: 9_007_199_254_740_992,
      // What the column rounds stands here in full.
      details: { description: 'With a description.', value: '9007199254740993' },
    },
  },
  {
    metric: {
      name: 'a histogram',
      unit: 's',
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            ...times,
            attributes,
            count: '6',
            sum: 9.25,
            min: 0.25,
            max: 4,
            explicitBounds: [0.5, 1],
            bucketCounts: ['1', '2', '3'],
            exemplars: [exemplar],
          },
        ],
      },
    },
    row: {
      ...empty_row,
      name: 'a histogram',
      unit: 's',
      kind: 'histogram',
      temporality: 'cumulative',
      count: 6,
      sum: 9.25,
      minimum: 0.25,
      maximum: 4,
      bounds: [0.5, 1],
      bucket_counts: [1, 2, 3],
      details: {
        exemplars: [
          {
            time: isoTime(timeUnixNano),
            value: 0.75,
            trace_id: '0af7651916cd43dd8448eb211c80319c',
            span_id: 'b7ad6b7169203331',
            attributes: { user: 'u' },
          },
        ],
      },
    },
  },
  {
    metric: {
      name: 'an exponential histogram',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            ...times,
            attributes,
            count: '7',
            sum: -3,
            scale: 3,
            zeroCount: '1',
            zeroThreshold: 0.001,
            positive: { offset: -2, bucketCounts: ['1', '0', '3'] },
            negative: { offset: 4, bucketCounts: ['2'] },
          },
        ],
      },
    },
    row: {
      ...empty_row,
      name: 'an exponential histogram',
      kind: 'exponential_histogram',
      temporality: 'delta',
      count: 7,
      sum: -3,
      details: {
        scale: 3,
        zero_count: 1,
        zero_threshold: 0.001,
        positive: { offset: -2, counts: [1, 0, 3] },
        negative: { offset: 4, counts: [2] },
      },
    },
  },
  {
    metric: {
      name: 'a summary',
      summary: {
        dataPoints: [
          { ...times, attributes, count: '9', sum: 4.5, quantileValues: [{ quantile: 0.99, value: 3 }] },
        ],
      },
    },
    row: {
      ...empty_row,
      name: 'a summary',
      kind: 'summary',
      count: 9,
      sum: 4.5,
      details: { quantiles: [{ quantile: 0.99, value: 3 }] },
    },
  },
  {
    metric: { name: 'nothing recorded', gauge: { dataPoints: [{ ...times, attributes, flags: 1 }] } },
    row: { ...empty_row, name: 'nothing recorded', kind: 'gauge', details: { no_recorded_value: true } },
  },
];

export const knownPoints = {
  resourceMetrics: [
    { resource, scopeMetrics: [{ scope, schemaUrl, metrics: points.map(({ metric }) => metric) }] },
  ],
};

export async function expectPoints(sextant: Sextant): Promise<void> {
  const around = surroundings(resource, { scope, schemaUrl });
  const wanted = points.map(({ row }) => ({ ...row, resource: around }));
  const rows = await sextant.sql(`
    SELECT epoch_us(start_time) AS start_us, epoch_us(time) AS time_us, name, unit, kind, temporality, is_monotonic,
           value, count, sum, minimum, maximum, bounds, bucket_counts, details, attributes, resource
    FROM metrics`);
  const stored = rows.map((row) => parseColumns(row, ['details', 'attributes', 'resource']));
  deepStrictEqual(sortBy(stored, 'name'), sortBy(wanted, 'name'));
}
