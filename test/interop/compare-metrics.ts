import { deepStrictEqual } from 'node:assert/strict';
import { parseColumns, serviceOf, sortBy, surroundings } from './compare.ts';
import type { Instrument, KnownMetrics, Series } from './known-metrics.ts';
import { plainObject } from './otlp-json.ts';
import type { Sextant } from './sextant.ts';

/** Compares what is stored of a meter's instruments with what was recorded. */
export async function expectMetrics(sextant: Sextant, metrics: KnownMetrics): Promise<void> {
  const { resource, instruments } = metrics;
  const rows = await sextant.sql(`
    SELECT name, unit, kind, temporality, is_monotonic, value, count, sum, minimum, maximum, bounds, bucket_counts,
           details, attributes, resource
    FROM metrics WHERE service = '${serviceOf(resource)}'`);
  const stored = rows.map((row) => storedRow(parseColumns(row, ['details', 'attributes', 'resource'])));
  const around = surroundings(resource, metrics);
  const wanted = instruments.flatMap((instrument) => {
    // The SDK chooses the scale of an exponential histogram.
    const scale = stored.find(({ name }) => name === instrument.name)?.scale ?? null;
    return instrument.series.map((series) => ({ ...pointRow(instrument, series, scale), resource: around }));
  });
  deepStrictEqual(sortBy(stored, 'key'), sortBy(wanted, 'key'));
}

interface StoredRow extends Readonly<Record<string, unknown>> {
  /** Name and attributes. */
  readonly key: string;
  readonly scale: number | null;
  readonly buckets: Buckets | null;
}

/** Counts of the buckets of an exponential histogram that are not empty, by their index, in order. */
type Buckets = readonly (readonly [number, number])[];

interface StoredDetails {
  readonly description?: string;
  readonly scale?: number;
  readonly zero_count?: number;
  readonly positive?: { readonly offset: number; readonly counts: readonly number[] };
}

function storedRow({ details, ...row }: Readonly<Record<string, unknown>>): StoredRow {
  const { description, scale, zero_count, positive } = (details ?? {}) as StoredDetails;
  const buckets = positive?.counts.map((count, index) => [positive.offset + index, count] as const);
  return {
    ...row,
    key: `${row['name']} ${JSON.stringify(row['attributes'])}`,
    description: description ?? '',
    scale: scale ?? null,
    zero_count: zero_count ?? null,
    buckets: buckets?.filter(([, count]) => count > 0) ?? null,
  };
}

function pointRow(instrument: Instrument, series: Series, scale: number | null) {
  const attributes = plainObject(series.attributes);
  return {
    ...empty_row,
    key: `${instrument.name} ${JSON.stringify(attributes)}`,
    name: instrument.name,
    description: instrument.description,
    unit: instrument.unit,
    kind: kinds[instrument.kind],
    temporality: instrument.kind === 'gauge' ? null : 'cumulative',
    ...valueColumns(instrument, series.values, scale),
    attributes,
  };
}

const empty_row = {
  is_monotonic: null,
  value: null,
  count: null,
  sum: null,
  minimum: null,
  maximum: null,
  bounds: null,
  bucket_counts: null,
  scale: null,
  zero_count: null,
  buckets: null,
};

const kinds = {
  counter: 'sum',
  up_down_counter: 'sum',
  gauge: 'gauge',
  histogram: 'histogram',
  exponential_histogram: 'exponential_histogram',
};

function valueColumns({ kind, boundaries }: Instrument, values: readonly number[], scale: number | null) {
  const sum = values.reduce((total, value) => total + value, 0);
  if (kind === 'gauge') return { value: values.at(-1) };
  if (kind === 'counter') return { value: sum, is_monotonic: true };
  if (kind === 'up_down_counter') return { value: sum, is_monotonic: false };
  const observed = { count: values.length, sum, minimum: Math.min(...values), maximum: Math.max(...values) };
  if (!boundaries) return { ...observed, ...exponentialBuckets(values, scale ?? Number.NaN) };
  return { ...observed, bounds: boundaries, bucket_counts: bucketCounts(values, boundaries) };
}

// A bucket holds what is above the bound before it, up to and with its own.
function bucketCounts(values: readonly number[], boundaries: readonly number[]): number[] {
  const bounds = [...boundaries, Number.POSITIVE_INFINITY];
  return bounds.map((bound, index) => {
    const before = bounds[index - 1] ?? Number.NEGATIVE_INFINITY;
    return values.filter((value) => value > before && value <= bound).length;
  });
}

// Bucket i holds what is above base^i up to and with base^(i+1), where base = 2^(2^-scale)
// (opentelemetry/proto/metrics/v1/metrics.proto).
function exponentialBuckets(values: readonly number[], scale: number) {
  const counts = new Map<number, number>();
  for (const value of values.filter((value) => value > 0)) {
    const index = Math.ceil(Math.log2(value) * 2 ** scale) - 1;
    counts.set(index, (counts.get(index) ?? 0) + 1);
  }
  return {
    scale,
    zero_count: values.filter((value) => value === 0).length,
    buckets: [...counts].toSorted(([a], [b]) => a - b),
  };
}
