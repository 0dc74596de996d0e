import { crc32 } from 'node:zlib';
import type { ContentType } from '../decode/decode.ts';

/**
 * The bytes of one journal record:
 *
 *   magic      4  "SXJ1", to find the next record after a damaged one
 *   length     4  bytes that follow the checksum
 *   checksum   4  CRC-32 (ISO-HDLC, zlib's) of those bytes
 *   received   8  milliseconds since 1970, float64
 *   signal     1  index in `signals`
 *   encoding   1  index in `encodings`
 *   type       1  index in `content_types`
 *   tenant     1  its length in bytes, then the tenant in UTF-8
 *   body          as received: compressed stays compressed
 *
 * Numbers are little-endian.
 */

export const signals = ['traces', 'metrics', 'logs'] as const;
export const encodings = ['identity', 'gzip', 'deflate', 'zstd'] as const;
const content_types = ['protobuf', 'json'] as const satisfies readonly ContentType[];

export type Signal = (typeof signals)[number];
export type Encoding = (typeof encodings)[number];

export interface RecordContent {
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly content_type: ContentType;
  readonly tenant: string;
  readonly received_ms: number;
  readonly body: Buffer;
}

export const magic = Buffer.from('SXJ1');
const prefix_bytes = 12;
const fixed_bytes = 12;

/** The buffers to write for a record; the body is not copied. */
export function encodeRecord(content: RecordContent): readonly Buffer[] {
  const tenant = Buffer.from(content.tenant);
  if (tenant.length > 255) throw new RangeError('A tenant has at most 255 bytes.');
  const head = Buffer.alloc(prefix_bytes + fixed_bytes + tenant.length);
  magic.copy(head);
  head.writeUInt32LE(fixed_bytes + tenant.length + content.body.length, 4);
  head.writeDoubleLE(content.received_ms, 12);
  head.writeUInt8(signals.indexOf(content.signal), 20);
  head.writeUInt8(encodings.indexOf(content.encoding), 21);
  head.writeUInt8(content_types.indexOf(content.content_type), 22);
  head.writeUInt8(tenant.length, 23);
  tenant.copy(head, 24);
  head.writeUInt32LE(crc32(content.body, crc32(head.subarray(prefix_bytes))), 8);
  return [head, content.body];
}

export type ReadRecord =
  | { readonly result: 'record'; readonly content: RecordContent; readonly bytes: number }
  /** The buffer ends before the record does; `wanted` bytes are needed at least. */
  | { readonly result: 'incomplete'; readonly wanted: number }
  | { readonly result: 'damaged' };

/** Reads the record at an offset. The body shares memory with the buffer. */
export function readRecord(buffer: Buffer, offset: number, body_bytes_max: number): ReadRecord {
  const available = buffer.length - offset;
  if (available < prefix_bytes) return { result: 'incomplete', wanted: prefix_bytes };
  if (buffer.compare(magic, 0, 4, offset, offset + 4) !== 0) return { result: 'damaged' };
  const length = buffer.readUInt32LE(offset + 4);
  if (length < fixed_bytes || length > fixed_bytes + 255 + body_bytes_max) return { result: 'damaged' };
  const bytes = prefix_bytes + length;
  if (available < bytes) return { result: 'incomplete', wanted: bytes };
  const payload = buffer.subarray(offset + prefix_bytes, offset + bytes);
  if (crc32(payload) !== buffer.readUInt32LE(offset + 8)) return { result: 'damaged' };
  const content = readContent(payload);
  return content ? { result: 'record', content, bytes } : { result: 'damaged' };
}

function readContent(payload: Buffer): RecordContent | null {
  const signal = signals[payload.readUInt8(8)];
  const encoding = encodings[payload.readUInt8(9)];
  const content_type = content_types[payload.readUInt8(10)];
  const body_start = fixed_bytes + payload.readUInt8(11);
  if (!signal || !encoding || !content_type || body_start > payload.length) return null;
  return {
    signal,
    encoding,
    content_type,
    tenant: payload.toString('utf8', fixed_bytes, body_start),
    received_ms: payload.readDoubleLE(0),
    body: payload.subarray(body_start),
  };
}
