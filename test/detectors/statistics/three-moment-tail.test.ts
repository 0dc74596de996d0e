import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { threeMomentTail } from '../../../detectors/src/statistics/three-moment-tail.ts';
import { gaussian } from '../support/gaussian.ts';

const draws = 40_000;

describe('threeMomentTail', () => {
  test.each([
    ['equal weights', [1, 1, 1, 1, 1]],
    ['one large weight', [5, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ['geometric weights', Array.from({ length: 40 }, (_, i) => 0.9 ** i)],
  ])('agrees with simulated sums of weighted chi-squares: %s', (_, weights) => {
    const random = createRandom(11);
    const sums = Float64Array.from({ length: draws }, () =>
      weights.reduce((sum, weight) => sum + weight * gaussian(random) ** 2, 0),
    ).sort();
    const power = (exponent: number) => weights.reduce((sum, weight) => sum + weight ** exponent, 0);
    const cumulants = { mean: power(1), variance: 2 * power(2), third: 8 * power(3) };
    for (const tail of [0.5, 0.1, 0.05, 0.01, 0.005]) {
      const value = sums[Math.floor(draws * (1 - tail))] as number;
      // Four standard errors of the simulation, and a tenth for the approximation.
      const slack = 4 * Math.sqrt((tail * (1 - tail)) / draws) + 0.1 * tail;
      expect(Math.abs(threeMomentTail(value, cumulants) - tail)).toBeLessThan(slack);
    }
  });

  test('without skew it is the normal law', () => {
    expect(threeMomentTail(1.96, { mean: 0, variance: 1, third: 0 })).toBeCloseTo(0.025, 4);
    expect(threeMomentTail(1.96, { mean: 0, variance: 1, third: -0.5 })).toBeCloseTo(0.025, 4);
  });

  test('without variance only a larger value is a surprise', () => {
    const constant = { mean: 0, variance: 0, third: 0 };
    expect(threeMomentTail(0, constant)).toBe(1);
    expect(threeMomentTail(0.1, constant)).toBe(0);
  });
});
