import * as semconv from '@sextant/sdk/semconv';
import type { DecodedPoint, Exemplar, PointData } from '../decode/records.ts';
import { toJsonObject, toJsonValue } from '../normalise/json.ts';
import { readText } from '../normalise/read.ts';
import type { NewRow } from '../stores/schema.ts';
import { attributesJson, isoTime, type ResourceJson, rememberResources } from './json-columns.ts';
import type { Arrival } from './log-rows.ts';
import { microseconds, timeOfPoint } from './times.ts';

/**
 * Makes the rows of the data points of one request. A number a column cannot hold, such as NaN, infinity or a count
 * beyond 2^53, is null there and stands in the details as the sender wrote it.
 */
export function metricRows(points: readonly DecodedPoint[], arrival: Arrival): readonly NewRow<'metrics'>[] {
  const resource_json = rememberResources();
  return points.map((point) => metricRow(point, arrival, resource_json));
}

function metricRow(point: DecodedPoint, arrival: Arrival, resource_json: ResourceJson): NewRow<'metrics'> {
  const { data } = point;
  const details = new Details();
  // The sender knew of the series and had no value for it: what its numbers say means nothing.
  const numbers = isUnrecorded(point) ? unknown : numbersOf(data, details);
  if (isUnrecorded(point)) details.add('no_recorded_value', true);
  if (point.description !== '') details.add('description', point.description);
  if (point.exemplars.length > 0) details.add('exemplars', point.exemplars.map(describeExemplar));
  return {
    tenant: arrival.tenant,
    time: timeOfPoint(point, arrival.received_ms),
    start_time: point.start_time_ns === 0n ? null : microseconds(point.start_time_ns),
    name: point.name,
    unit: point.unit || null,
    kind: data.kind,
    temporality: temporalities[point.temporality] ?? null,
    is_monotonic: data.kind === 'sum' ? point.is_monotonic : null,
    service: readText(point.resource.attributes, [semconv.SERVICE_NAME]) ?? null,
    ...numbers,
    details: details.json(),
    attributes: attributesJson(point.attributes, nothing),
    resource: resource_json(point.resource, point.scope),
  };
}

const nothing: ReadonlySet<string> = new Set();

// In the order of the numbers OTLP gives them.
const temporalities = [null, 'delta', 'cumulative'] as const;

function isUnrecorded({ flags }: DecodedPoint): boolean {
  return (flags & 1) === 1;
}

type Numbers = Pick<
  NewRow<'metrics'>,
  'value' | 'count' | 'sum' | 'minimum' | 'maximum' | 'bounds' | 'bucket_counts'
>;

const unknown: Numbers = {
  value: null,
  count: null,
  sum: null,
  minimum: null,
  maximum: null,
  bounds: null,
  bucket_counts: null,
};

function numbersOf(data: PointData, details: Details): Numbers {
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      return { ...unknown, value: details.number('value', data.value) };
    case 'histogram':
      return {
        ...distribution(data, details),
        bounds: details.numbers('bounds', data.explicit_bounds),
        bucket_counts: details.integers('bucket_counts', data.bucket_counts),
      };
    case 'exponential_histogram': {
      const { scale, zero_count, zero_threshold, positive, negative } = data;
      for (const [name, value] of Object.entries({ scale, zero_count, zero_threshold }))
        details.add(name, toJsonValue(value));
      for (const [name, { offset, counts }] of Object.entries({ positive, negative }))
        if (counts.length > 0) details.add(name, { offset, counts: counts.map(toJsonValue) });
      return distribution(data, details);
    }
    case 'summary':
      details.add(
        'quantiles',
        data.quantiles.map(({ quantile, value }) => ({
          quantile: toJsonValue(quantile),
          value: toJsonValue(value),
        })),
      );
      return distribution({ ...data, min: null, max: null }, details);
  }
}

interface Distribution {
  readonly count: bigint;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

function distribution({ count, sum, min, max }: Distribution, details: Details): Numbers {
  return {
    ...unknown,
    count: details.integer('count', count),
    sum: details.number('sum', sum),
    minimum: details.number('minimum', min),
    maximum: details.number('maximum', max),
  };
}

/** What has no column, and what a column cannot hold: each method gives the column its value, or null. */
class Details {
  readonly #values: Record<string, unknown> = {};

  add(name: string, value: unknown): void {
    this.#values[name] = value;
  }

  number(name: string, value: number | bigint | null): number | null {
    // A large integer loses digits in the column, so it is in the details as well.
    if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) this.add(name, String(value));
    if (value === null || Number.isFinite(Number(value))) return value === null ? null : Number(value);
    this.add(name, String(value));
    return null;
  }

  integer(name: string, value: bigint): number | null {
    if (Number.isSafeInteger(Number(value))) return Number(value);
    this.add(name, String(value));
    return null;
  }

  numbers(name: string, values: readonly number[]): readonly number[] | null {
    if (values.every(Number.isFinite)) return values;
    this.add(name, values.map(toJsonValue));
    return null;
  }

  integers(name: string, values: readonly bigint[]): readonly number[] | null {
    if (values.every((value) => Number.isSafeInteger(Number(value)))) return values.map(Number);
    this.add(name, values.map(toJsonValue));
    return null;
  }

  json(): string | null {
    return Object.keys(this.#values).length === 0 ? null : JSON.stringify(this.#values);
  }
}

function describeExemplar({ time_ns, value, trace_id, span_id, attributes }: Exemplar): object {
  return {
    time: isoTime(time_ns),
    value: toJsonValue(value),
    trace_id,
    span_id,
    attributes: toJsonObject(attributes),
  };
}
