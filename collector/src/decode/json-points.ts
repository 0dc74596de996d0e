import { optionalId } from './ids.ts';
import { decodeJsonAttributes } from './json-attributes.ts';
import {
  arrayOf,
  doubleOf,
  idOf,
  int32Of,
  int64Of,
  isAbsent,
  type JsonObject,
  objectOf,
  objectsOf,
  optionalDoubleOf,
  uint32Of,
  uint64Of,
} from './json-fields.ts';
import type { Exemplar, ExponentialBuckets, Point, PointData, Rejection } from './records.ts';

/** Reads a NumberDataPoint, HistogramDataPoint and so on, by the kind of its metric. */
export function decodeJsonPoint(point: JsonObject, kind: PointData['kind'], rejections: Rejection[]): Point {
  const exemplars = kind === 'summary' ? [] : objectsOf(point['exemplars'], 'exemplars');
  return {
    data: decodeData(point, kind),
    start_time_ns: uint64Of(point['startTimeUnixNano'], 'startTimeUnixNano'),
    time_ns: uint64Of(point['timeUnixNano'], 'timeUnixNano'),
    flags: uint32Of(point['flags'], 'flags'),
    attributes: decodeJsonAttributes(point['attributes'], rejections),
    exemplars: exemplars.map((exemplar) => decodeExemplar(exemplar, rejections)),
  };
}

function decodeData(point: JsonObject, kind: PointData['kind']): PointData {
  if (kind === 'histogram') {
    const explicit_bounds = arrayOf(point['explicitBounds'], 'explicitBounds').map((bound) =>
      doubleOf(bound, 'explicitBounds'),
    );
    return { kind, ...decodeTotals(point), explicit_bounds, bucket_counts: countsOf(point['bucketCounts']) };
  }
  if (kind === 'exponential_histogram') {
    return {
      kind,
      ...decodeTotals(point),
      scale: int32Of(point['scale'], 'scale'),
      zero_count: uint64Of(point['zeroCount'], 'zeroCount'),
      zero_threshold: doubleOf(point['zeroThreshold'], 'zeroThreshold'),
      positive: decodeBuckets(objectOf(point['positive'], 'positive')),
      negative: decodeBuckets(objectOf(point['negative'], 'negative')),
    };
  }
  if (kind === 'summary') {
    const quantiles = objectsOf(point['quantileValues'], 'quantileValues').map((item) => ({
      quantile: doubleOf(item['quantile'], 'quantile'),
      value: doubleOf(item['value'], 'quantileValues.value'),
    }));
    return { kind, count: uint64Of(point['count'], 'count'), sum: doubleOf(point['sum'], 'sum'), quantiles };
  }
  return { kind, value: numberOf(point) };
}

function decodeTotals(point: JsonObject) {
  return {
    count: uint64Of(point['count'], 'count'),
    sum: optionalDoubleOf(point['sum'], 'sum'),
    min: optionalDoubleOf(point['min'], 'min'),
    max: optionalDoubleOf(point['max'], 'max'),
  };
}

function decodeBuckets(buckets: JsonObject): ExponentialBuckets {
  return { offset: int32Of(buckets['offset'], 'offset'), counts: countsOf(buckets['bucketCounts']) };
}

function countsOf(counts: unknown): bigint[] {
  return arrayOf(counts, 'bucketCounts').map((count) => uint64Of(count, 'bucketCounts'));
}

function numberOf(item: JsonObject): number | bigint | null {
  if (!isAbsent(item['asInt'])) return int64Of(item['asInt'], 'asInt');
  return optionalDoubleOf(item['asDouble'], 'asDouble');
}

function decodeExemplar(exemplar: JsonObject, rejections: Rejection[]): Exemplar {
  return {
    time_ns: uint64Of(exemplar['timeUnixNano'], 'exemplar.timeUnixNano'),
    value: numberOf(exemplar),
    attributes: decodeJsonAttributes(exemplar['filteredAttributes'], rejections),
    trace_id: optionalId(idOf(exemplar['traceId'], 'exemplar.traceId'), 'exemplar_trace_id', rejections),
    span_id: optionalId(idOf(exemplar['spanId'], 'exemplar.spanId'), 'exemplar_span_id', rejections),
  };
}
