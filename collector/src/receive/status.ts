import type { ContentType } from '../decode/decode.ts';
import type { SextantError } from '../errors.ts';
import { messageField, textField, varintField } from './protobuf-writer.ts';
import { retryAfter } from './refusal.ts';
import { shorten } from './shorten.ts';

/**
 * google.rpc.Status in the encoding of the request: what OTLP answers every error with.
 *
 *   Status      { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3 }
 *   Any         { string type_url = 1; bytes value = 2 }
 *   BadRequest  { repeated FieldViolation field_violations = 1 }  FieldViolation { field = 1; description = 2 }
 *   RetryInfo   { Duration retry_delay = 1 }                      Duration { int64 seconds = 1 }
 */
export function encodeStatus(error: SextantError, content_type: ContentType): Buffer {
  const code = rpcCode(error.status);
  const message = messageOf(error);
  const detail = detailOf(error);
  if (content_type === 'json') {
    const details = detail ? { details: [{ '@type': detail.type_url, ...detail.json }] } : {};
    return Buffer.from(JSON.stringify({ code, message, ...details }));
  }
  const details = detail
    ? [messageField(3, textField(1, detail.type_url), messageField(2, detail.protobuf))]
    : [];
  return Buffer.concat([varintField(1, code), textField(2, message), ...details]);
}

// Messages may quote what was sent. Answers stay far below the 4 MiB that OTLP allows them and the 8 KiB that
// gRPC's clients take as headers.
const message_length_max = 500;

/** The message of an error as it is answered. */
export function messageOf(error: SextantError): string {
  return shorten(error.message, message_length_max);
}

/** The code of google.rpc.Code that belongs to an HTTP status. */
export function rpcCode(http_status: number): number {
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

interface Detail {
  readonly type_url: string;
  readonly protobuf: Buffer;
  readonly json: object;
}

/** What the sender did wrong, or when it may try again. */
function detailOf(error: SextantError): Detail | null {
  const retry_after_s = retryAfter(error);
  if (retry_after_s !== null) return retryInfo(retry_after_s);
  return error.code === 'undecodable' ? badRequest('body', error.detail ?? error.message) : null;
}

function retryInfo(delay_s: number): Detail {
  return {
    type_url: 'type.googleapis.com/google.rpc.RetryInfo',
    protobuf: messageField(1, varintField(1, delay_s)),
    json: { retryDelay: `${delay_s}s` },
  };
}

function badRequest(field: string, text: string): Detail {
  const description = shorten(text, message_length_max);
  return {
    type_url: 'type.googleapis.com/google.rpc.BadRequest',
    protobuf: messageField(1, textField(1, field), textField(2, description)),
    json: { fieldViolations: [{ field, description }] },
  };
}
