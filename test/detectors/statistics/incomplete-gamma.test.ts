import { describe, expect, test } from 'vitest';
import { upperIncompleteGamma } from '../../../detectors/src/statistics/incomplete-gamma.ts';

describe('upperIncompleteGamma', () => {
  // Upper percentage points of the chi-square distribution, NIST/SEMATECH e-Handbook, section 1.3.6.7.4.
  test.each([
    [1, 0.05, 3.841],
    [1, 0.001, 10.828],
    [2, 0.01, 9.21],
    [5, 0.1, 9.236],
    [10, 0.05, 18.307],
    [10, 0.001, 29.588],
    [30, 0.01, 50.892],
    [50, 0.975, 32.357],
    [100, 0.05, 124.342],
    [100, 0.001, 149.449],
  ])('chi-square with %d degrees of freedom, tail %d', (degrees, tail, point) => {
    expect(upperIncompleteGamma(degrees / 2, point / 2) / tail).toBeCloseTo(1, 2);
  });

  test('whole numbers a: the sum of a Poisson law', () => {
    for (const [a, x] of [
      [1, 0.5],
      [3, 2],
      [12, 20],
      [40, 35],
      [150, 200],
    ] as const) {
      let term = Math.exp(-x);
      let sum = 0;
      for (let k = 0; k < a; k++) {
        sum += term;
        term *= x / (k + 1);
      }
      expect(upperIncompleteGamma(a, x) / sum).toBeCloseTo(1, 10);
    }
  });

  test('ends, and large degrees of freedom', () => {
    expect(upperIncompleteGamma(3, 0)).toBe(1);
    expect(upperIncompleteGamma(3, -1)).toBe(1);
    expect(upperIncompleteGamma(3, 2_000)).toBe(0);
    // The median of a gamma law is just under its mean: a - 1/3.
    expect(upperIncompleteGamma(1e6, 1e6 - 1 / 3)).toBeCloseTo(0.5, 6);
  });
});
