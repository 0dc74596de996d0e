import { walkJson } from './json-envelope.ts';
import { booleanOf, enumOf, isAbsent, type JsonObject, objectOf, objectsOf, textOf } from './json-fields.ts';
import { decodeJsonPoint } from './json-points.ts';
import { longFields } from './json-text.ts';
import { checkItems } from './limits.ts';
import type { DecodedMetrics, DecodedPoint, PointData, Rejection, Surroundings } from './records.ts';

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
  const rejections: Rejection[] = [];
  walkJson(body, envelope, rejections, (metric, around) => {
    for (const [field, kind] of data_fields) {
      if (!isAbsent(metric[field])) decodeData(metric, { field, kind, around, points, rejections });
    }
  });
  return { points, rejections };
}

const data_fields: readonly (readonly [string, PointData['kind']])[] = [
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential_histogram'],
  ['summary', 'summary'],
];

interface DataOptions {
  readonly field: string;
  readonly kind: PointData['kind'];
  readonly around: Surroundings;
  readonly points: DecodedPoint[];
  readonly rejections: Rejection[];
}

function decodeData(metric: JsonObject, { field, kind, around, points, rejections }: DataOptions): void {
  const data = objectOf(metric[field], field);
  const has_temporality = kind !== 'gauge' && kind !== 'summary';
  const series = {
    name: textOf(metric['name'], 'metric.name'),
    description: textOf(metric['description'], 'metric.description'),
    unit: textOf(metric['unit'], 'metric.unit'),
    temporality: has_temporality ? enumOf(data['aggregationTemporality'], 'aggregationTemporality') : 0,
    is_monotonic: kind === 'sum' && booleanOf(data['isMonotonic'], 'isMonotonic'),
    ...around,
  };
  for (const point of objectsOf(data['dataPoints'], 'dataPoints')) {
    points.push({ ...series, ...decodeJsonPoint(point, kind, rejections) });
    checkItems(points.length);
  }
}
