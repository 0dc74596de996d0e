import { decodeJsonLogs } from './json-logs.ts';
import { decodeJsonMetrics } from './json-metrics.ts';
import { decodeJsonTraces } from './json-traces.ts';
import { inspectProtobuf } from './protobuf-inspect.ts';
import { decodeProtobufLogs } from './protobuf-logs.ts';
import { decodeProtobufMetrics } from './protobuf-metrics.ts';
import { decodeProtobufTraces, protobufSpans } from './protobuf-traces.ts';
import type { DecodedLogs, DecodedMetrics, DecodedSpan, DecodedTraces, Inspection } from './records.ts';

export type ContentType = 'protobuf' | 'json';

/**
 * Decodes an inflated trace request.
 * @throws SextantError undecodable
 */
export function decodeTraces(body: Buffer, content_type: ContentType): DecodedTraces {
  return content_type === 'json' ? decodeJsonTraces(body) : decodeProtobufTraces(body);
}

/**
 * The spans of an inflated trace request, those in protobuf each decoded when it is asked for. The body must stay as it
 * is until then.
 * @throws SextantError undecodable
 */
export function spansOf(body: Buffer, content_type: ContentType): Iterable<DecodedSpan> {
  return content_type === 'json' ? decodeJsonTraces(body).spans : protobufSpans(body, []);
}

/**
 * Decodes an inflated logs request.
 * @throws SextantError undecodable
 */
export function decodeLogs(body: Buffer, content_type: ContentType): DecodedLogs {
  return content_type === 'json' ? decodeJsonLogs(body) : decodeProtobufLogs(body);
}

/**
 * Decodes an inflated metrics request into its data points.
 * @throws SextantError undecodable
 */
export function decodeMetrics(body: Buffer, content_type: ContentType): DecodedMetrics {
  return content_type === 'json' ? decodeJsonMetrics(body) : decodeProtobufMetrics(body);
}

export interface InspectOptions {
  readonly signal: 'traces' | 'metrics' | 'logs';
  /** Inflated. */
  readonly body: Buffer;
  readonly content_type: ContentType;
}

/**
 * Says what the decoder will make of a request, so that what cannot be decoded later is refused now.
 * @throws SextantError undecodable, too_large
 */
export function inspectRequest({ signal, body, content_type }: InspectOptions): Inspection {
  if (content_type === 'protobuf') return inspectProtobuf(body, signal);
  if (signal === 'traces') {
    const { spans, rejections } = decodeTraces(body, content_type);
    return { items: spans.length, rejections };
  }
  if (signal === 'logs') {
    const { logs, rejections } = decodeLogs(body, content_type);
    return { items: logs.length, rejections };
  }
  const { points, rejections } = decodeMetrics(body, content_type);
  return { items: points.length, rejections };
}
