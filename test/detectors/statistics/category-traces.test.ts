import { expect, test } from 'vitest';
import { categoryTraces } from '../../../detectors/src/statistics/category-traces.ts';

const shares = Float64Array.from([0.5, 0.2, 0.2, 0.07, 0.03]);
const weights = Float64Array.from([1, 3, 0.5, 7, 12]);

/** Centred kernels of all pairs of categories, by their definition. */
const kernel = Array.from(shares, (_, a) =>
  Array.from(shares, (_, b) => {
    const feature = (of: number) =>
      Array.from(shares, (p, i) => Math.sqrt(weights[i] as number) * ((i === of ? 1 : 0) - p));
    const other = feature(b);
    return feature(a).reduce((sum, value, i) => sum + value * (other[i] as number), 0);
  }),
);
const expected = (of: (a: number, b: number, c: number) => number) =>
  [0, 1, 2, 3, 4].reduce(
    (total, a) =>
      total +
      [0, 1, 2, 3, 4].reduce(
        (row, b) =>
          row +
          [0, 1, 2, 3, 4].reduce(
            (sum, c) =>
              sum + (shares[a] as number) * (shares[b] as number) * (shares[c] as number) * of(a, b, c),
            0,
          ),
        0,
      ),
    0,
  );
const k = (a: number, b: number) => kernel[a]?.[b] as number;

test('are the moments of the centred kernel, summed over all categories', () => {
  const traces = categoryTraces(shares, weights);
  expect(traces.first).toBeCloseTo(
    expected((a) => k(a, a)),
    12,
  );
  expect(traces.second).toBeCloseTo(
    expected((a, b) => k(a, b) ** 2),
    12,
  );
  expect(traces.third).toBeCloseTo(
    expected((a, b, c) => k(a, b) * k(b, c) * k(c, a)),
    12,
  );
  expect(traces.cubes).toBeCloseTo(
    expected((a, b) => k(a, b) ** 3),
    12,
  );
});

test("with weights 1/p are those of Pearson's chi-square: one eigenvalue 1 for each degree of freedom", () => {
  const traces = categoryTraces(
    shares,
    shares.map((p) => 1 / p),
  );
  expect(traces.first).toBeCloseTo(4, 12);
  expect(traces.second).toBeCloseTo(4, 12);
  expect(traces.third).toBeCloseTo(4, 12);
});
