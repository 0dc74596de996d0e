import { decodeJsonTraces } from './json-traces.ts';
import { decodeProtobufTraces } from './protobuf-traces.ts';
import type { DecodedTraces } from './records.ts';

export type ContentType = 'protobuf' | 'json';

/**
 * Decodes an inflated trace request.
 * @throws SextantError undecodable
 */
export function decodeTraces(body: Buffer, content_type: ContentType): DecodedTraces {
  return content_type === 'json' ? decodeJsonTraces(body) : decodeProtobufTraces(body);
}
