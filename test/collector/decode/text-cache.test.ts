import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextCache } from '../../../collector/src/decode/text-cache.ts';

function cacheOf(buffer: Buffer, encoding: 'utf8' | 'hex'): TextCache {
  return new TextCache(buffer, new DataView(buffer.buffer, buffer.byteOffset, buffer.length), encoding);
}

describe('the cache of texts', () => {
  // Few different bytes, so that many texts are alike and fall on the same places.
  const buffers = fc
    .array(fc.constantFrom(0, 97, 98, 0xc3, 0xa9), { minLength: 1, maxLength: 400 })
    .map((array) => Buffer.from(array));
  const ranges = fc.array(fc.tuple(fc.nat(), fc.nat(90)), { minLength: 1, maxLength: 300 });

  it.each(['utf8', 'hex'] as const)('gives what the buffer gives: %s', (encoding) => {
    fc.assert(
      fc.property(buffers, ranges, (buffer, places) => {
        const cache = cacheOf(buffer, encoding);
        for (const [place, length] of places) {
          const start = place % buffer.length;
          const end = Math.min(buffer.length, start + length);
          expect(cache.read(start, end)).toBe(buffer.toString(encoding, start, end));
        }
      }),
      { seed: 20261121, numRuns: 200 },
    );
  });

  it('remembers no more texts than it has places', () => {
    const buffer = Buffer.alloc(40_000);
    for (let place = 0; place < buffer.length; place += 4) buffer.writeUInt32LE(place, place);
    const cache = cacheOf(buffer, 'utf8');
    for (let round = 0; round < 2; round++)
      for (let place = 0; place < buffer.length; place += 4)
        expect(cache.read(place, place + 4)).toBe(buffer.toString('utf8', place, place + 4));
  });
});
