import { promisify } from 'node:util';
import { constants, gunzip, inflate as inflateZlib, type ZstdOptions, zstdDecompress } from 'node:zlib';
import { SextantError } from '../errors.ts';
import type { Encoding } from '../journal/record.ts';
import { inflatedSizeHint } from './inflated-size.ts';
import { RetryLater } from './refusal.ts';

type Inflater = (body: Buffer, options: { maxOutputLength: number; chunkSize: number }) => Promise<Buffer>;

// The memory a zstd frame asks for before any output: 32 MiB are what the OpenTelemetry Collector's highest level
// uses; a frame of a few bytes may ask for gigabytes.
const zstd_params: ZstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 25 } };
const unzstd = promisify(zstdDecompress);

const inflaters: Record<Exclude<Encoding, 'identity'>, Inflater> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflateZlib),
  zstd: (body, options) => unzstd(body, { ...options, ...zstd_params }),
};

/**
 * Inflates a body on zlib's threads, never to more than `bytes_max`. Output of about the announced size goes
 * into one piece of memory, which takes less than half of the time that joining pieces of 16 KiB does.
 * @throws SextantError too_large, undecodable, overloaded
 */
export async function inflate(body: Buffer, encoding: Encoding, bytes_max: number): Promise<Buffer> {
  if (encoding === 'identity') return body;
  const chunkSize = Math.min(inflatedSizeHint(body, encoding), bytes_max) + slack_bytes;
  try {
    return await inflaters[encoding](body, { maxOutputLength: bytes_max, chunkSize });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (too_large.has(code))
      throw new SextantError('too_large', `It inflates to more than ${bytes_max} bytes.`, { cause: error });
    if (no_memory.has(code)) throw new RetryLater('overloaded', 1, 'There is not enough memory for it.');
    throw new SextantError('undecodable', `The ${encoding} data is damaged.`, { cause: error });
  }
}

// The end of the data is seen at once where the output does not fill its memory to the last byte.
const slack_bytes = 64;

const too_large: ReadonlySet<string> = new Set([
  'ERR_BUFFER_TOO_LARGE',
  'ZSTD_error_frameParameter_windowTooLarge',
]);

/** That there is no memory passes, so it must not be taken for damaged data, which a sender gives up on. */
const no_memory: ReadonlySet<string> = new Set([
  'Z_MEM_ERROR',
  'ZSTD_error_memory_allocation',
  'ERR_ZLIB_INITIALIZATION_FAILED',
  'ERR_MEMORY_ALLOCATION_FAILED',
]);
