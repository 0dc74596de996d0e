import type { ContentType } from '../decode/decode.ts';
import type { Rejection } from '../decode/records.ts';
import type { Signal } from '../journal/record.ts';
import { messageField, textField, varintField } from './protobuf-writer.ts';
import { shorten } from './shorten.ts';

/**
 * Export{Trace,Metrics,Logs}ServiceResponse: partial_success = 1 with int64 rejected_… = 1 and
 * string error_message = 2, in the encoding of the request. Full success leaves it out, which in protobuf is an
 * empty body.
 */
export function encodeExportResponse(
  signal: Signal,
  rejections: readonly Rejection[],
  content_type: ContentType,
): Buffer {
  if (rejections.length === 0) return content_type === 'json' ? json_success : protobuf_success;
  const rejected = rejections.filter((rejection) => rejection.item_lost).length;
  if (content_type === 'json') return encodeJson(signal, rejected, rejections);
  const count = rejected > 0 ? [varintField(1, rejected)] : [];
  return messageField(1, ...count, textField(2, summarise(rejections)));
}

// 64-bit integers are decimal strings in OTLP/JSON.
function encodeJson(signal: Signal, rejected: number, rejections: readonly Rejection[]): Buffer {
  const is_id = rejections.some(
    ({ reason }) => reason === 'invalid_trace_id' || reason === 'invalid_span_id',
  );
  // Senders with a general mapping of protobuf to JSON write base64, the commonest mistake with OTLP/JSON.
  const hint = is_id ? '; ids are hexadecimal in OTLP/JSON, not base64' : '';
  const error_message = summarise(rejections) + hint;
  return Buffer.from(
    JSON.stringify({
      partialSuccess: { [rejected_fields[signal]]: String(rejected), errorMessage: error_message },
    }),
  );
}

const json_success = Buffer.from('{}');
const protobuf_success = Buffer.alloc(0);

const rejected_fields: Record<Signal, string> = {
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
};

/** Each message once, with how often it was met; messages quote names of attributes, which may be long. */
function summarise(rejections: readonly Rejection[]): string {
  const counts = new Map<string, number>();
  for (const { message } of rejections) counts.set(message, (counts.get(message) ?? 0) + 1);
  const named = [...counts]
    .slice(0, messages_max)
    .map(([message, count]) => shorten(message, message_length_max) + (count > 1 ? ` (${count} times)` : ''));
  const rest = counts.size > messages_max ? [`and ${counts.size - messages_max} other reasons`] : [];
  return [...named, ...rest].join('; ');
}

const messages_max = 5;
const message_length_max = 500;
