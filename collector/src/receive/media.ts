import type { ContentType } from '../decode/decode.ts';
import { SextantError } from '../errors.ts';
import { type Encoding, encodings } from '../journal/record.ts';

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
export function encodingOf(header: string | undefined): Encoding {
  const name = header?.trim().toLowerCase() || 'identity';
  const encoding = encodings.find((known) => known === name);
  if (!encoding) throw new SextantError('unsupported_type', `Content encodings are ${encodings.join(', ')}.`);
  return encoding;
}
