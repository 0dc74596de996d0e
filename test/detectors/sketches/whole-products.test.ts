import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createPlainWholeProducts,
  createWholeProducts,
} from '../../../detectors/src/sketches/whole-products.ts';

describe.each([
  ['as the platform does it best', createWholeProducts],
  ['in plain JavaScript', createPlainWholeProducts],
])('products of whole numbers %s', (_, create) => {
  /** What they are in integers of any size. */
  function expectExact(vector: readonly number[], centres: readonly (readonly number[])[]): void {
    const products = create({ dimension: vector.length, count: centres.length });
    centres.forEach((centre, index) => {
      products.row.set(centre);
      products.place(index);
    });
    products.row.set(vector);
    const expected = centres.map((centre) =>
      centre.reduce((sum, value, i) => sum + BigInt(value) * BigInt(vector[i] as number), 0n),
    );
    expect(Array.from(products.multiply()).slice(0, centres.length).map(BigInt)).toEqual(expected);
  }

  test('are exact up to the norm they are made for', () => {
    const { norm } = create({ dimension: 1, count: 1 });
    const shapes = [
      [norm],
      [-norm],
      Array.from({ length: 384 }, (_, i) => (i % 3 === 0 ? -1 : 1) * Math.round(norm / Math.sqrt(384))),
    ];
    for (const vector of shapes) {
      const opposite = vector.map((value) => -value);
      const one = vector.map((_, i) => (i === 0 ? 1 : 0));
      expectExact(vector, [vector, opposite, opposite, vector, one, opposite, vector]);
    }
  });

  test('are exact for any numbers and any count of centres', () => {
    const whole = fc.integer({ min: -400, max: 400 });
    const case_of = fc.integer({ min: 1, max: 20 }).chain((dimension) => {
      const vector = fc.array(whole, { minLength: dimension, maxLength: dimension });
      return fc.record({ vector, centres: fc.array(vector, { minLength: 1, maxLength: 40 }) });
    });
    fc.assert(
      fc.property(case_of, ({ vector, centres }) => expectExact(vector, centres)),
      { seed: 11, numRuns: 200 },
    );
  });
});
