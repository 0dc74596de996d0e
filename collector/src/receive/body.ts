import type { Readable } from 'node:stream';
import { SextantError } from '../errors.ts';
import { giveBack } from './memory.ts';

export interface BodyOptions {
  /** Content-Length; null where it is not said. */
  readonly announced_bytes: number | null;
  readonly bytes_max: number;
  /** Told of bytes that were not announced, as they arrive; what it throws ends the reading. */
  onBytes(bytes: number): void;
}

/**
 * Reads the body of a request. One of announced size is read into its final place, without joining pieces.
 * What is left of a body that is refused is read and thrown away, so that the sender can take the answer. The memory of
 * the pieces is given back, so they must belong to nobody else, as those of Node's HTTP server do.
 * @throws SextantError too_large, bad_request
 */
export function readBody(stream: Readable, options: BodyOptions): Promise<Buffer> {
  const { announced_bytes } = options;
  const body = announced_bytes === null ? joinedChunks(options) : filledBuffer(announced_bytes);
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      try {
        body.add(chunk);
      } catch (error) {
        stopListening();
        stream.resume();
        reject(error);
      }
    };
    const onEnd = () => {
      stopListening();
      resolve(body.whole());
    };
    const onBreak = (cause?: Error) => {
      stopListening();
      reject(new SextantError('bad_request', 'The connection ended before the body did.', { cause }));
    };
    const stopListening = () =>
      stream.off('data', onData).off('end', onEnd).off('close', onBreak).off('error', onBreak);
    stream.on('data', onData).on('end', onEnd).on('close', onBreak).on('error', onBreak);
  });
}

export function bodyTooLarge(bytes_max: number): SextantError {
  return new SextantError('too_large', `At most ${bytes_max} bytes are taken.`);
}

interface GrowingBody {
  add(chunk: Buffer): void;
  whole(): Buffer;
}

function filledBuffer(bytes: number): GrowingBody {
  const buffer = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  return {
    add(chunk) {
      filled += chunk.copy(buffer, filled);
      giveBack(chunk);
    },
    whole: () => buffer.subarray(0, filled),
  };
}

function joinedChunks({ bytes_max, onBytes }: BodyOptions): GrowingBody {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    add(chunk) {
      bytes += chunk.length;
      if (bytes > bytes_max) throw bodyTooLarge(bytes_max);
      onBytes(chunk.length);
      chunks.push(chunk);
    },
    whole() {
      const body = Buffer.concat(chunks, bytes);
      chunks.forEach(giveBack);
      return body;
    },
  };
}
