import { promisify } from 'node:util';
import { gunzip, inflate as inflateZlib, zstdDecompress } from 'node:zlib';
import { SextantError } from '../errors.ts';
import type { Encoding } from '../journal/record.ts';

const inflaters = {
  gzip: promisify(gunzip),
  deflate: promisify(inflateZlib),
  zstd: promisify(zstdDecompress),
} as const;

/**
 * Inflates a body on zlib's threads, never to more than `bytes_max`.
 * @throws SextantError too_large, undecodable
 */
export async function inflate(body: Buffer, encoding: Encoding, bytes_max: number): Promise<Buffer> {
  if (encoding === 'identity') return body;
  try {
    return await inflaters[encoding](body, { maxOutputLength: bytes_max });
  } catch (error) {
    const too_large = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    if (too_large)
      throw new SextantError('too_large', `It inflates to more than ${bytes_max} bytes.`, { cause: error });
    throw new SextantError('undecodable', `The ${encoding} data is damaged.`, { cause: error });
  }
}
