import { Readable } from 'node:stream';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody } from '../../../collector/src/receive/body.ts';
import { createGate } from '../../../collector/src/receive/gate.ts';
import { inflate } from '../../../collector/src/receive/inflate.ts';
import { inflatedSizeHint } from '../../../collector/src/receive/inflated-size.ts';

const compressors = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const;
const encodings = ['gzip', 'deflate', 'zstd'] as const;

describe('inflate', () => {
  it('gives back what was compressed, of any size', async () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 200_000, size: 'max' }),
      fc.nat(3_000_000).map((length) => Buffer.alloc(length, 'telemetry ')),
    );
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(...encodings), async (bytes, encoding) => {
        const body = Buffer.from(compressors[encoding](bytes));
        expect((await inflate(body, encoding, 4_000_000)).equals(Buffer.from(bytes))).toBe(true);
      }),
      { seed: 43, numRuns: 60 },
    );
  });

  it('does not believe a size that is not true', async () => {
    const content = Buffer.alloc(300_000, 'x');
    for (const size of [0, 1, 299_999, 0xffff_ffff]) {
      const body = gzipSync(content);
      body.writeUInt32LE(size, body.length - 4);
      // zlib itself compares the size at the end.
      await expect(inflate(body, 'gzip', 1e6)).rejects.toMatchObject({ code: 'undecodable' });
    }
    const members = Buffer.concat([gzipSync(content), gzipSync(Buffer.from('end'))]);
    expect((await inflate(members, 'gzip', 1e6)).length).toBe(300_003);
  });

  it('refuses a zstd frame of a few bytes that asks for a large window', async () => {
    // Magic, no content size, window of 2^27 bytes; one last raw block of one byte (RFC 8878, section 3.1.1).
    const frame = (exponent: number) =>
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, exponent << 3, 0x09, 0x00, 0x00, 0x78]);
    expect((await inflate(frame(25 - 10), 'zstd', 1e6)).toString()).toBe('x');
    await expect(inflate(frame(27 - 10), 'zstd', 1e6)).rejects.toMatchObject({ code: 'too_large' });
  });

  it('knows the size that compressed data tells of itself', () => {
    for (const length of [20_000, 65_791, 65_792, 3_000_000]) {
      const content = Buffer.alloc(length, 'spans and ');
      expect(inflatedSizeHint(zstdCompressSync(content), 'zstd')).toBe(length);
      // gzip's is bounded by what deflate can do at most.
      expect(inflatedSizeHint(gzipSync(content), 'gzip')).toBe(length);
    }
    const liar = gzipSync(Buffer.alloc(100));
    liar.writeUInt32LE(0xffff_ffff, liar.length - 4);
    expect(inflatedSizeHint(liar, 'gzip')).toBeLessThan(40_000);
  });
});

describe('gate', () => {
  it('runs no more at a time than its width, and everything in the end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        async (width, fails) => {
          const gate = createGate(width);
          let running = 0;
          const results = fails.map((fail) =>
            gate(async () => {
              running += 1;
              expect(running).toBeLessThanOrEqual(width);
              await new Promise(setImmediate);
              running -= 1;
              if (fail) throw new Error('failed');
              return 'done';
            }),
          );
          const settled = await Promise.allSettled(results);
          expect(settled.map(({ status }) => status)).toEqual(
            fails.map((fail) => (fail ? 'rejected' : 'fulfilled')),
          );
        },
      ),
      { seed: 44, numRuns: 40 },
    );
  });
});

describe('readBody', () => {
  it('joins what arrives in pieces, announced or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 50 })),
        fc.boolean(),
        async (pieces, announced) => {
          const whole = Buffer.concat(pieces);
          let counted = 0;
          const read = await readBody(
            Readable.from(
              pieces.map((piece) => Buffer.from(piece)),
              { objectMode: false },
            ),
            {
              announced_bytes: announced ? whole.length : null,
              bytes_max: 1e6,
              onBytes: (bytes) => {
                counted += bytes;
              },
            },
          );
          expect(read).toEqual(whole);
          expect(counted).toBe(announced ? 0 : whole.length);
        },
      ),
      { seed: 45, numRuns: 60 },
    );
  });

  it('says that a body ended before its end', async () => {
    const stream = new Readable({ read: () => undefined });
    stream.push(Buffer.from('half'));
    const reading = readBody(stream, { announced_bytes: 8, bytes_max: 100, onBytes: () => undefined });
    stream.destroy();
    await expect(reading).rejects.toMatchObject({ code: 'bad_request' });
  });
});
