import { crc32 } from 'node:zlib';
import type { ContentType } from '../decode/decode.ts';
import type { Position } from '../stores/store.ts';

/**
 * The bytes of one journal record:
 *
 *   magic      4  "SXJ2", to find the next record after a damaged one
 *   length     4  bytes that follow the head
 *   place      4  CRC-32 (ISO-HDLC, zlib's) of the length and the place: segment and offset, float64
 *   checksum   4  CRC-32 of the bytes that follow the head
 *   received   8  milliseconds since 1970, float64
 *   signal     1  index in `signals`
 *   encoding   1  index in `encodings`
 *   type       1  index in `content_types`
 *   tenant     1  its length in bytes, then the tenant in UTF-8
 *   body          as received: compressed stays compressed
 *
 * Numbers are little-endian. The head has a checksum of its own, so that a damaged body costs exactly one record;
 * and it names its place, so that neither what a sender wrote into a body nor an old block that a crash brings
 * back into a new file is taken for a record.
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

const magic = Buffer.from('SXJ2');
const head_bytes = 16;
const fixed_bytes = 12;

/** A record that waits for its place in the journal. */
export interface EncodedRecord {
  readonly bytes: number;
  /** The buffers to write when the record begins at the place; the body is not copied. */
  at(place: Position): readonly Buffer[];
}

export function encodeRecord(content: RecordContent): EncodedRecord {
  const tenant = Buffer.from(content.tenant);
  if (tenant.length > 255) throw new RangeError('A tenant has at most 255 bytes.');
  const start = Buffer.alloc(head_bytes + fixed_bytes + tenant.length);
  const length = fixed_bytes + tenant.length + content.body.length;
  magic.copy(start);
  start.writeUInt32LE(length, 4);
  start.writeDoubleLE(content.received_ms, 16);
  start.writeUInt8(signals.indexOf(content.signal), 24);
  start.writeUInt8(encodings.indexOf(content.encoding), 25);
  start.writeUInt8(content_types.indexOf(content.content_type), 26);
  start.writeUInt8(tenant.length, 27);
  tenant.copy(start, 28);
  start.writeUInt32LE(crc32(content.body, crc32(start.subarray(head_bytes))), 12);
  return {
    bytes: head_bytes + length,
    at(place) {
      start.writeUInt32LE(placeChecksum(length, place), 8);
      return [start, content.body];
    },
  };
}

export type ReadRecord =
  | { readonly result: 'record'; readonly content: RecordContent; readonly bytes: number }
  /** The buffer ends before the record does; `wanted` bytes are needed at least. */
  | { readonly result: 'incomplete'; readonly wanted: number }
  /** Its head is sound, so the next record is known to follow after `bytes`. */
  | { readonly result: 'damaged'; readonly bytes: number }
  /** No record begins here. */
  | { readonly result: 'nothing' };

/** Bytes of a segment, beginning at the place. */
export interface Excerpt {
  readonly buffer: Buffer;
  readonly place: Position;
}

/** Reads the record at an offset of the excerpt. The body shares memory with the buffer. */
export function readRecord(excerpt: Excerpt, offset: number, body_bytes_max: number): ReadRecord {
  const { buffer } = excerpt;
  const available = buffer.length - offset;
  if (available < head_bytes) return { result: 'incomplete', wanted: head_bytes };
  const length = lengthAt(excerpt, offset);
  if (length === null || length > fixed_bytes + 255 + body_bytes_max) return { result: 'nothing' };
  const bytes = head_bytes + length;
  if (available < bytes) return { result: 'incomplete', wanted: bytes };
  const payload = buffer.subarray(offset + head_bytes, offset + bytes);
  const content = crc32(payload) === buffer.readUInt32LE(offset + 12) ? readContent(payload) : null;
  return content ? { result: 'record', content, bytes } : { result: 'damaged', bytes };
}

/**
 * Where in the buffer, after the offset, the next sound head begins. Without one: where the buffer's last bytes
 * begin that could still be the start of a head.
 */
export function findRecord(excerpt: Excerpt, offset: number): number {
  const { buffer } = excerpt;
  const last = buffer.length - head_bytes;
  let found = buffer.indexOf(magic, offset + 1);
  while (found >= 0 && found <= last && lengthAt(excerpt, found) === null) {
    found = buffer.indexOf(magic, found + 1);
  }
  return found >= 0 && found <= last ? found : Math.max(offset + 1, last + 1);
}

/** Bytes after the head, or null where there is no sound head. */
function lengthAt({ buffer, place }: Excerpt, offset: number): number | null {
  if (buffer.compare(magic, 0, magic.length, offset, offset + magic.length) !== 0) return null;
  const length = buffer.readUInt32LE(offset + 4);
  const here = { segment: place.segment, offset: place.offset + offset };
  return length >= fixed_bytes && placeChecksum(length, here) === buffer.readUInt32LE(offset + 8)
    ? length
    : null;
}

function placeChecksum(length: number, { segment, offset }: Position): number {
  const place = Buffer.allocUnsafe(20);
  place.writeUInt32LE(length, 0);
  place.writeDoubleLE(segment, 4);
  place.writeDoubleLE(offset, 12);
  return crc32(place);
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
