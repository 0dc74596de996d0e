import { walkJson } from './json-envelope.ts';
import { arrayOf, booleanOf, enumOf, isAbsent, type JsonObject, objectOf, textOf } from './json-fields.ts';
import { JsonItems } from './json-items.ts';
import { decodeJsonPoint } from './json-points.ts';
import { longFields } from './json-text.ts';
import { checkItems } from './limits.ts';
import type { DecodedMetrics, DecodedPoint, PointData, Series, Surroundings } from './records.ts';

const envelope = {
  resources: 'resourceMetrics',
  scopes: 'scopeMetrics',
  items: 'metrics',
  longs: longFields(
    ['startTimeUnixNano', 'timeUnixNano', 'asInt', 'count', 'zeroCount', 'intValue'],
    'bucketCounts',
  ),
} as const;

/**
 * Decodes an ExportMetricsServiceRequest in the JSON encoding of OTLP into its data points.
 * @throws SextantError undecodable, too_large
 */
export function decodeJsonMetrics(body: Buffer): DecodedMetrics {
  const points: DecodedPoint[] = [];
  const items = new JsonItems();
  walkJson(body, envelope, items, (item, around) => {
    for (const data of items.open(() => dataOf(item)) ?? []) readPoints(data, { around, points, items });
  });
  return { points, rejections: items.rejections };
}

const data_fields: readonly (readonly [string, PointData['kind']])[] = [
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential_histogram'],
  ['summary', 'summary'],
];

/** What a metric measured: the points of one kind. */
interface MetricData {
  readonly metric: JsonObject;
  readonly kind: PointData['kind'];
  readonly data: JsonObject;
  readonly data_points: readonly unknown[];
}

function dataOf(item: unknown): readonly MetricData[] {
  const metric = objectOf(item, 'metrics');
  return data_fields.flatMap(([field, kind]) => {
    if (isAbsent(metric[field])) return [];
    const data = objectOf(metric[field], field);
    return [{ metric, kind, data, data_points: arrayOf(data['dataPoints'], 'dataPoints') }];
  });
}

interface Reading {
  readonly around: Surroundings;
  readonly points: DecodedPoint[];
  readonly items: JsonItems;
}

/** A wrong value of the metric itself costs all its points. */
function readPoints(metric_data: MetricData, { around, points, items }: Reading): void {
  let series: Series | null = null;
  for (const point of metric_data.data_points) {
    items.read(() => {
      series ??= seriesOf(metric_data, around);
      const { kind } = metric_data;
      points.push({ ...series, ...decodeJsonPoint(objectOf(point, 'dataPoints'), kind, items.rejections) });
    });
    checkItems(points.length);
  }
}

function seriesOf({ metric, kind, data }: MetricData, around: Surroundings): Series {
  const has_temporality = kind !== 'gauge' && kind !== 'summary';
  return {
    name: textOf(metric['name'], 'metric.name'),
    description: textOf(metric['description'], 'metric.description'),
    unit: textOf(metric['unit'], 'metric.unit'),
    temporality: has_temporality ? enumOf(data['aggregationTemporality'], 'aggregationTemporality') : 0,
    is_monotonic: kind === 'sum' && booleanOf(data['isMonotonic'], 'isMonotonic'),
    ...around,
  };
}
