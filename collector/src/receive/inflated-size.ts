import type { Encoding } from '../journal/record.ts';

/**
 * How many bytes a compressed body may inflate to: what it says of itself, where it does. A sender may lie or
 * say nothing, so this is good for choosing a size of memory and for nothing else. Memory that is reserved and
 * never written costs next to nothing; pieces much smaller than the body would cost time.
 */
export function inflatedSizeHint(body: Buffer, encoding: Encoding): number {
  const said = encoding === 'gzip' ? gzipSize(body) : encoding === 'zstd' ? zstdSize(body) : null;
  return Math.max(said ?? body.length * usual_ratio, body.length, bytes_min);
}

const bytes_min = 16 * 1024;

// Telemetry deflates to a fifth of its size or a little less; pages beyond the output are never touched.
const usual_ratio = 8;
/** No deflate stream inflates to more than this many times its size. */
const deflate_ratio_max = 1032;

/** ISIZE, the last four bytes (RFC 1952, section 2.3.1). */
function gzipSize(body: Buffer): number | null {
  if (body.length < 18) return null;
  return Math.min(body.readUInt32LE(body.length - 4), body.length * deflate_ratio_max);
}

/** Frame_Content_Size of the first frame (RFC 8878, section 3.1.1.1); null where the sender left it out. */
function zstdSize(body: Buffer): number | null {
  if (body.length < 14 || body.readUInt32LE(0) !== 0xfd2fb528) return null;
  const descriptor = body.readUInt8(4);
  const is_single_segment = (descriptor & 0x20) !== 0;
  const dictionary_bytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const at = 5 + (is_single_segment ? 0 : 1) + dictionary_bytes;
  const size_flag = descriptor >> 6;
  if (size_flag === 0) return is_single_segment ? body.readUInt8(at) : null;
  if (size_flag === 1) return body.readUInt16LE(at) + 256;
  return size_flag === 2 ? body.readUInt32LE(at) : null;
}
