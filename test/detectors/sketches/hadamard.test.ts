import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hadamard, nextPowerOfTwo } from '../../../detectors/src/sketches/hadamard.ts';

test('multiplies with the matrix of signs (-1)^popcount(i & j)', () => {
  const values = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 16, maxLength: 16 });
  const popcount = (bits: number) => bits.toString(2).replaceAll('0', '').length;
  fc.assert(
    fc.property(values, (input) => {
      const transformed = Float64Array.from(input);
      hadamard(transformed);
      const expected = input.map((_, i) =>
        input.reduce((sum, value, j) => sum + value * (-1) ** popcount(i & j), 0),
      );
      expect(Array.from(transformed)).toEqual(expected);
    }),
    { seed: 3, numRuns: 50 },
  );
});

test('finds the next power of two', () => {
  expect([1, 2, 3, 384, 512, 513, 1536].map(nextPowerOfTwo)).toEqual([1, 2, 4, 512, 512, 1024, 2048]);
});
