import { expect, test } from 'vitest';
import { dotProducts } from '../../../detectors/src/sketches/dot-products.ts';
import { cloud } from '../support/gaussian.ts';

test.each([1, 7, 8, 9, 16, 19])('of a row with %d others are those of each, summed in order', (count) => {
  const dimension = 13;
  const [row = new Float64Array(), ...others] = cloud({ count: count + 1, dimension, seed: count }).map(
    (vector) => Float64Array.from(vector),
  );
  const products = new Float64Array(count);
  dotProducts(row, Float64Array.from(others.flatMap((other) => Array.from(other))), products);
  const expected = others.map((other) =>
    other.reduce((sum, value, index) => sum + value * (row[index] as number), 0),
  );
  expect(Array.from(products)).toEqual(expected);
});
