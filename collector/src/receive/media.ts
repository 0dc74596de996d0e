import type { IncomingHttpHeaders } from 'node:http';
import type { ContentType } from '../decode/decode.ts';
import { SextantError } from '../errors.ts';
import { type Encoding, encodings } from '../journal/record.ts';

/** What the headers of an OTLP request say of its body. */
export interface Media {
  readonly content_type: ContentType;
  readonly encoding: Encoding;
  /** Content-Length; null for a body sent in chunks, whose size is known at its end. */
  readonly announced_bytes: number | null;
}

/** @throws SextantError unsupported_type */
export function mediaOf(headers: IncomingHttpHeaders): Media {
  const content_type = contentTypeOf(headers['content-type']);
  if (!content_type)
    throw new SextantError('unsupported_type', 'Send application/x-protobuf or application/json.');
  // Without either header a request has no body (RFC 9112, section 6.3).
  const announced = headers['content-length'] ?? (headers['transfer-encoding'] === undefined ? '0' : null);
  return {
    content_type,
    encoding: encodingOf(headers['content-encoding']),
    announced_bytes: announced === null ? null : Number(announced),
  };
}

/** The encoding named by a Content-Type header, whatever its parameters; null for any other type. */
export function contentTypeOf(header: string | undefined): ContentType | null {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/x-protobuf') return 'protobuf';
  if (type === 'application/json') return 'json';
  return null;
}

export function mimeType(content_type: ContentType): string {
  return content_type === 'json' ? 'application/json' : 'application/x-protobuf';
}

/**
 * The encoding named by a Content-Encoding header.
 * @throws SextantError unsupported_type for several or unknown encodings
 */
function encodingOf(header: string | undefined): Encoding {
  const name = header?.trim().toLowerCase() || 'identity';
  const encoding = encodings.find((known) => known === name);
  if (!encoding) throw new SextantError('unsupported_type', `Content encodings are ${encodings.join(', ')}.`);
  return encoding;
}

/** Whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3). */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const codings = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.replaceAll(/\s/g, ''));
  const weight = (name: string) => codings.find((coding) => coding.split(';', 1)[0] === name);
  const named = weight('gzip') ?? weight('*');
  return named !== undefined && !/;q=0(\.0*)?$/.test(named);
}
