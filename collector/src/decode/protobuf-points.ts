import { optionalId } from './ids.ts';
import { addAttribute, decodeAttribute } from './protobuf-attributes.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import {
  type AttributeValue,
  type Exemplar,
  type ExponentialBuckets,
  no_attributes,
  type Point,
  type PointData,
  type Rejection,
  type Unfinished,
} from './records.ts';

/** Reads the data point at this place: a NumberDataPoint, HistogramDataPoint and so on, by the kind of its metric. */
export function decodePoint(reader: ProtobufReader, kind: PointData['kind'], rejections: Rejection[]): Point {
  const outer_end = reader.enter();
  const common = new CommonFields(kind, rejections);
  let data: PointData;
  if (kind === 'histogram') data = decodeHistogram(reader, common);
  else if (kind === 'exponential_histogram') data = decodeExponentialHistogram(reader, common);
  else if (kind === 'summary') data = decodeSummary(reader, common);
  else data = decodeNumber(reader, common, kind);
  reader.leave(outer_end);
  const { start_time_ns, time_ns, flags, attributes, exemplars } = common;
  return { data, start_time_ns, time_ns, flags, attributes, exemplars };
}

/** Numbers of the fields that all kinds of point have, which differ; 0 for a field that a kind does not have. */
const field_numbers = {
  gauge: { attributes: 7, exemplars: 5, flags: 8 },
  sum: { attributes: 7, exemplars: 5, flags: 8 },
  histogram: { attributes: 9, exemplars: 8, flags: 10 },
  exponential_histogram: { attributes: 1, exemplars: 11, flags: 10 },
  summary: { attributes: 7, exemplars: 0, flags: 8 },
} as const;

class CommonFields {
  start_time_ns = 0n;
  time_ns = 0n;
  flags = 0;
  readonly attributes = new Map<string, AttributeValue>();
  readonly exemplars: Exemplar[] = [];
  readonly #numbers: (typeof field_numbers)[PointData['kind']];
  readonly #rejections: Rejection[];

  constructor(kind: PointData['kind'], rejections: Rejection[]) {
    this.#numbers = field_numbers[kind];
    this.#rejections = rejections;
  }

  /** Reads a field that all kinds have and skips one that none has. */
  read(reader: ProtobufReader): void {
    if (reader.field === 2) this.start_time_ns = reader.fixed64();
    else if (reader.field === 3) this.time_ns = reader.fixed64();
    else if (reader.field === this.#numbers.flags) this.flags = reader.uint32();
    else if (reader.field === this.#numbers.attributes)
      decodeAttribute(reader, this.attributes, this.#rejections);
    else if (reader.field === this.#numbers.exemplars)
      this.exemplars.push(decodeExemplar(reader, this.#rejections));
    else reader.skip();
  }
}

function decodeNumber(reader: ProtobufReader, common: CommonFields, kind: 'gauge' | 'sum'): PointData {
  let value: number | bigint | null = null;
  while (reader.next()) {
    if (reader.field === 4) value = reader.double();
    else if (reader.field === 6) value = reader.sfixed64();
    else common.read(reader);
  }
  return { kind, value };
}

function decodeHistogram(reader: ProtobufReader, common: CommonFields): PointData {
  const explicit_bounds: number[] = [];
  const bucket_counts: bigint[] = [];
  let count = 0n;
  let sum: number | null = null;
  let min: number | null = null;
  let max: number | null = null;
  while (reader.next()) {
    if (reader.field === 4) count = reader.fixed64();
    else if (reader.field === 5) sum = reader.double();
    else if (reader.field === 6) reader.fixed64s(bucket_counts);
    else if (reader.field === 7) reader.doubles(explicit_bounds);
    else if (reader.field === 11) min = reader.double();
    else if (reader.field === 12) max = reader.double();
    else common.read(reader);
  }
  return { kind: 'histogram', count, sum, min, max, explicit_bounds, bucket_counts };
}

function decodeExponentialHistogram(reader: ProtobufReader, common: CommonFields): PointData {
  const positive = { offset: 0, counts: [] };
  const negative = { offset: 0, counts: [] };
  let count = 0n;
  let sum: number | null = null;
  let min: number | null = null;
  let max: number | null = null;
  let scale = 0;
  let zero_count = 0n;
  let zero_threshold = 0;
  while (reader.next()) {
    if (reader.field === 4) count = reader.fixed64();
    else if (reader.field === 5) sum = reader.double();
    else if (reader.field === 6) scale = reader.sint32();
    else if (reader.field === 7) zero_count = reader.fixed64();
    else if (reader.field === 8) decodeBuckets(reader, positive);
    else if (reader.field === 9) decodeBuckets(reader, negative);
    else if (reader.field === 12) min = reader.double();
    else if (reader.field === 13) max = reader.double();
    else if (reader.field === 14) zero_threshold = reader.double();
    else common.read(reader);
  }
  const kind = 'exponential_histogram';
  return { kind, count, sum, min, max, scale, zero_count, zero_threshold, positive, negative };
}

function decodeBuckets(
  reader: ProtobufReader,
  buckets: Unfinished<ExponentialBuckets> & { readonly counts: bigint[] },
): void {
  const outer_end = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) buckets.offset = reader.sint32();
    else if (reader.field === 2) reader.uint64s(buckets.counts);
    else reader.skip();
  }
  reader.leave(outer_end);
}

function decodeSummary(reader: ProtobufReader, common: CommonFields): PointData {
  const quantiles: { quantile: number; value: number }[] = [];
  let count = 0n;
  let sum = 0;
  while (reader.next()) {
    if (reader.field === 4) count = reader.fixed64();
    else if (reader.field === 5) sum = reader.double();
    else if (reader.field === 6) quantiles.push(decodeQuantile(reader));
    else common.read(reader);
  }
  return { kind: 'summary', count, sum, quantiles };
}

function decodeQuantile(reader: ProtobufReader): { quantile: number; value: number } {
  const outer_end = reader.enter();
  let quantile = 0;
  let value = 0;
  while (reader.next()) {
    if (reader.field === 1) quantile = reader.double();
    else if (reader.field === 2) value = reader.double();
    else reader.skip();
  }
  reader.leave(outer_end);
  return { quantile, value };
}

function decodeExemplar(reader: ProtobufReader, rejections: Rejection[]): Exemplar {
  const outer_end = reader.enter();
  let attributes: Map<string, AttributeValue> | null = null;
  let time_ns = 0n;
  let value: number | bigint | null = null;
  let trace_id = '';
  let span_id = '';
  while (reader.next()) {
    if (reader.field === 2) time_ns = reader.fixed64();
    else if (reader.field === 3) value = reader.double();
    else if (reader.field === 4) span_id = reader.hex();
    else if (reader.field === 5) trace_id = reader.hex();
    else if (reader.field === 6) value = reader.sfixed64();
    else if (reader.field === 7) attributes = addAttribute(reader, attributes, rejections);
    else reader.skip();
  }
  reader.leave(outer_end);
  return {
    time_ns,
    value,
    trace_id: optionalId(trace_id, 'exemplar_trace_id', rejections),
    span_id: optionalId(span_id, 'exemplar_span_id', rejections),
    attributes: attributes ?? no_attributes,
  };
}
