import { protobufItems } from './protobuf-envelope.ts';
import { decodePoint } from './protobuf-points.ts';
import type { ProtobufReader } from './protobuf-reader.ts';
import type {
  DecodedMetrics,
  DecodedPoint,
  PointData,
  Rejection,
  Series,
  Surroundings,
  Unfinished,
} from './records.ts';

/**
 * Decodes an ExportMetricsServiceRequest into its data points. Unknown fields are skipped; field numbers are
 * those of opentelemetry/proto/metrics/v1/metrics.proto.
 * @throws SextantError undecodable
 */
export function decodeProtobufMetrics(body: Buffer): DecodedMetrics {
  const points: DecodedPoint[] = [];
  const rejections: Rejection[] = [];
  for (const { reader, around } of protobufItems(body, rejections))
    decodeMetric(reader, around, { points, rejections });
  return { points, rejections };
}

interface Found {
  readonly points: DecodedPoint[];
  readonly rejections: Rejection[];
}

const data_kinds: Readonly<Record<number, PointData['kind']>> = {
  5: 'gauge',
  7: 'sum',
  9: 'histogram',
  10: 'exponential_histogram',
  11: 'summary',
};

// Fields may come in any order, so what all points share is read before them. A metric has one kind of data: of
// several the last counts, as protobuf asks.
function decodeMetric(reader: ProtobufReader, around: Surroundings, { points, rejections }: Found): void {
  const start = reader.position;
  const series = decodeSeries(reader, around);
  reader.position = start;
  const found = { points: points.length, rejections: rejections.length };
  let last: PointData['kind'] | undefined;
  while (reader.next()) {
    const kind = data_kinds[reader.field];
    if (kind && last && kind !== last) {
      points.length = found.points;
      rejections.length = found.rejections;
    }
    if (kind) decodePoints(reader, kind, series, { points, rejections });
    else reader.skip();
    last = kind ?? last;
  }
}

function decodeSeries(reader: ProtobufReader, around: Surroundings): Series {
  const series = { name: '', description: '', unit: '', temporality: 0, is_monotonic: false, ...around };
  let last: PointData['kind'] | undefined;
  while (reader.next()) {
    const kind = data_kinds[reader.field];
    if (kind && kind !== last) Object.assign(series, { temporality: 0, is_monotonic: false });
    if (kind) decodeAggregation(reader, kind, series);
    else if (reader.field === 1) series.name = reader.string();
    else if (reader.field === 2) series.description = reader.string();
    else if (reader.field === 3) series.unit = reader.string();
    else reader.skip();
    last = kind ?? last;
  }
  return series;
}

function decodeAggregation(
  reader: ProtobufReader,
  kind: PointData['kind'],
  series: Unfinished<Series>,
): void {
  const outer_end = reader.enter();
  const has_temporality = kind !== 'gauge' && kind !== 'summary';
  while (reader.next()) {
    if (reader.field === 2 && has_temporality) series.temporality = reader.int32();
    else if (reader.field === 3 && kind === 'sum') series.is_monotonic = reader.boolean();
    else reader.skip();
  }
  reader.leave(outer_end);
}

function decodePoints(
  reader: ProtobufReader,
  kind: PointData['kind'],
  series: Series,
  { points, rejections }: Found,
): void {
  const outer_end = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) points.push({ ...series, ...decodePoint(reader, kind, rejections) });
    else reader.skip();
  }
  reader.leave(outer_end);
}
