import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSimdPairSums } from '../../../detectors/src/simd/pair-sums.ts';
import { createPlainPairSums, type PairTerm } from '../../../detectors/src/sketches/pairs.ts';
import { cloud } from '../support/gaussian.ts';

const terms: PairTerm[] = ['product', 'squared_difference'];

/** Sums of every row with itself and those before it. */
function all(
  rows: readonly (Float32Array | Float64Array)[],
  create: typeof createPlainPairSums,
  term: PairTerm,
) {
  const sums = create(rows, term);
  return rows.map((_, index) => Array.from(sums(index).subarray(0, index + 1)));
}

test.each(terms)('the %s of pairs is what a plain search finds', (term) => {
  const rows = cloud({ count: 20, dimension: 7, seed: 1 });
  const termOf = (x: number, y: number) => (term === 'product' ? x * y : (x - y) ** 2);
  const expected = rows.map((a, index) =>
    rows.slice(0, index + 1).map((b) => a.reduce((sum, value, i) => sum + termOf(value, b[i]!), 0)),
  );
  expect(all(rows, createPlainPairSums, term)).toEqual(expected);
});

test.each(terms)('the %s of pairs is the same to the last bit with vector instructions', (term) => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });
  const shape = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    dimension: fc.integer({ min: 1, max: 9 }),
  });
  const rows = shape.chain(({ count, dimension }) =>
    fc.array(fc.float64Array({ minLength: dimension, maxLength: dimension, noNaN: true }), {
      minLength: count,
      maxLength: count,
    }),
  );
  fc.assert(
    fc.property(rows, double, (given, value) => {
      given[0]!.fill(value);
      const simd: typeof createPlainPairSums = (...request) => createSimdPairSums(...request)!;
      expect(all(given, simd, term)).toEqual(all(given, createPlainPairSums, term));
    }),
    { numRuns: 200 },
  );
});
