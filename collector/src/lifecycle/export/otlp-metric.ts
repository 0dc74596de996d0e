import { keyValues } from '../../replay/otlp.ts';
import type { Row } from '../../stores/store.ts';
import { jsonOf, nanosecondsOf } from './read.ts';
import type { Attributes, ExportedItem } from './requests.ts';

export const metric_form = {
  resources: 'resourceMetrics',
  scopes: 'scopeMetrics',
  items: 'metrics',
} as const;

/** Points of one item: a request holds some hundreds of items, and of points no more than a collector takes. */
const points_max = 256;

/**
 * Rows of `metrics` as metrics of OTLP JSON again, so that a collector that receives them makes the same rows. Points
 * of one series stand in one metric. What a row does not hold cannot come back: parts of a microsecond, flags but for
 * the one that says there is no value, and whether a whole number was sent as an integer.
 */
export function metricsOf(rows: readonly Row[]): ExportedItem[] {
  const series = Map.groupBy(rows, (row) => `${headOf(row)} ${row['resource']}`);
  return [...series.values()].flatMap((members) => {
    const [first] = members as [Row, ...Row[]];
    return Array.from({ length: Math.ceil(members.length / points_max) }, (_, part) => {
      const points = members.slice(part * points_max, (part + 1) * points_max).map(pointOf);
      return { json: metricJson(first, points), resource: String(first['resource']) };
    });
  });
}

/** What the points of a metric share. */
function headOf(row: Row): string {
  const { name, unit, kind, temporality, is_monotonic } = row;
  return JSON.stringify([name, unit, kind, temporality, is_monotonic, detailsOf(row).description]);
}

const fields: Readonly<Record<string, string>> = { exponential_histogram: 'exponentialHistogram' };
const temporalities = [null, 'delta', 'cumulative'];

function metricJson(row: Row, points: readonly object[]): string {
  const kind = String(row['kind']);
  const data = {
    dataPoints: points,
    ...(kind === 'gauge' || kind === 'summary'
      ? {}
      : { aggregationTemporality: temporalities.indexOf(row['temporality'] as string | null) }),
    ...(kind === 'sum' ? { isMonotonic: row['is_monotonic'] } : {}),
  };
  return JSON.stringify({
    name: row['name'],
    description: detailsOf(row).description ?? '',
    unit: row['unit'] ?? '',
    [fields[kind] ?? kind]: data,
  });
}

function pointOf(row: Row): object {
  const { no_recorded_value, exemplars } = detailsOf(row);
  return {
    timeUnixNano: nanoseconds(row['time']),
    ...(row['start_time'] === null ? {} : { startTimeUnixNano: nanoseconds(row['start_time']) }),
    attributes: keyValues(jsonOf(row, 'attributes') as Attributes),
    ...(no_recorded_value === true ? { flags: 1 } : numbersOf(row)),
    ...(exemplars === undefined ? {} : { exemplars: exemplars.map(exemplarOf) }),
  };
}

/** A number a column cannot hold stands in the details. */
function numbersOf(row: Row): object {
  const details = detailsOf(row);
  const of = (name: string) => details[name] ?? row[name] ?? undefined;
  const totals = { count: of('count'), sum: of('sum') };
  const range = { min: of('minimum'), max: of('maximum') };
  switch (row['kind']) {
    case 'histogram':
      return { ...totals, ...range, explicitBounds: of('bounds'), bucketCounts: of('bucket_counts') };
    case 'exponential_histogram':
      return {
        ...{ ...totals, ...range, scale: details['scale'], zeroCount: details['zero_count'] },
        ...{ zeroThreshold: details['zero_threshold'] },
        ...{ positive: bucketsOf(details['positive']), negative: bucketsOf(details['negative']) },
      };
    case 'summary':
      return { ...totals, quantileValues: details['quantiles'] };
    default:
      return numberOf(of('value'));
  }
}

function bucketsOf(buckets: unknown): object | undefined {
  if (buckets === undefined) return undefined;
  const { offset, counts } = buckets as { readonly offset: number; readonly counts: readonly unknown[] };
  return { offset, bucketCounts: counts };
}

/** Texts are integers that a double cannot hold, or what JSON has no number for. */
function numberOf(value: unknown): object {
  if (value === undefined || value === null) return {};
  return typeof value === 'string' && /^-?\d+$/.test(value) ? { asInt: value } : { asDouble: value };
}

interface ExemplarJson {
  readonly time: string;
  readonly value: unknown;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly attributes: Attributes;
}

function exemplarOf({ time, value, trace_id, span_id, attributes }: ExemplarJson): object {
  return {
    timeUnixNano: String(nanosecondsOf(time)),
    ...numberOf(value),
    ...(trace_id === null ? {} : { traceId: trace_id }),
    ...(span_id === null ? {} : { spanId: span_id }),
    filteredAttributes: keyValues(attributes),
  };
}

interface Details extends Readonly<Record<string, unknown>> {
  readonly description?: string;
  readonly no_recorded_value?: boolean;
  readonly exemplars?: readonly ExemplarJson[];
}

function detailsOf(row: Row): Details {
  return row['details'] === null ? {} : (jsonOf(row, 'details') as Details);
}

function nanoseconds(time_us: unknown): string {
  return String(BigInt(time_us as number) * 1000n);
}
