import type { ContentType } from '../decode/decode.ts';
import type { Rejection } from '../decode/records.ts';

/** The bodies OTLP/HTTP answers with, in the encoding of the request. */

/**
 * google.rpc.Status: int32 code = 1, string message = 2.
 * Codes are those of google.rpc.Code that belong to the HTTP status.
 */
export function encodeStatus(http_status: number, message: string, content_type: ContentType): Buffer {
  const code = rpcCode(http_status);
  if (content_type === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([varintField(1, code), textField(2, message)]);
}

/**
 * ExportTraceServiceResponse: partial_success = 1 with int64 rejected_spans = 1, string error_message = 2.
 * Full success leaves it out, which in protobuf is an empty body.
 */
export function encodeTraceResponse(rejections: readonly Rejection[], content_type: ContentType): Buffer {
  if (rejections.length === 0) return Buffer.from(content_type === 'json' ? '{}' : '');
  const rejected = rejections.filter((rejection) => rejection.span_lost).length;
  const message = summarise(rejections);
  if (content_type === 'json') {
    return Buffer.from(
      JSON.stringify({ partialSuccess: { rejectedSpans: String(rejected), errorMessage: message } }),
    );
  }
  const partial = Buffer.concat([...(rejected > 0 ? [varintField(1, rejected)] : []), textField(2, message)]);
  return Buffer.concat([Buffer.from([0x0a]), varint(partial.length), partial]);
}

function summarise(rejections: readonly Rejection[]): string {
  const counts = new Map<string, number>();
  for (const { message } of rejections) counts.set(message, (counts.get(message) ?? 0) + 1);
  const named = [...counts]
    .slice(0, 5)
    .map(([message, count]) => (count > 1 ? `${message} (${count} times)` : message));
  const rest = counts.size > 5 ? [`and ${counts.size - 5} other reasons`] : [];
  return [...named, ...rest].join('; ');
}

function rpcCode(http_status: number): number {
  const codes: Record<number, number> = {
    400: 3,
    401: 16,
    403: 7,
    404: 5,
    405: 12,
    413: 8,
    415: 3,
    429: 8,
    503: 14,
    504: 4,
  };
  return codes[http_status] ?? (http_status < 500 ? 9 : 13);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([field << 3]), varint(value)]);
}

function textField(field: number, text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([(field << 3) | 2]), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
