import { expect, test } from 'vitest';
import { chernoffUpperBound } from '../../../detectors/src/statistics/chernoff-bound.ts';
import { chiSquareUpperBound } from '../../../detectors/src/statistics/chi-square-bound.ts';
import { empiricalBernsteinUpperBound } from '../../../detectors/src/statistics/empirical-bernstein-bound.ts';
import { upperIncompleteGamma } from '../../../detectors/src/statistics/incomplete-gamma.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { binomial } from '../support/enumerate.ts';

const coin = (hits: number, count: number) => ({ count, sum: hits, sum_of_squares: hits });

test.each([
  ['chernoff', chernoffUpperBound],
  ['empirical Bernstein', empiricalBernsteinUpperBound],
])('the %s bound is too low as seldom as it says, exactly', (_name, bound) => {
  const count = 60;
  for (const error of [0.1, 0.01]) {
    const bounds = Array.from({ length: count + 1 }, (_, hits) => bound(coin(hits, count), error));
    for (let rate = 0.01; rate < 1; rate += 0.01) {
      const too_low = bounds.reduce(
        (sum, high, hits) => sum + (high < rate ? binomial(count, hits, rate) : 0),
        0,
      );
      expect(too_low).toBeLessThanOrEqual(error);
    }
  }
});

test('the chernoff bound lies above the exact one, and not far', () => {
  for (const [hits, count] of [
    [0, 100],
    [5, 500],
    [50, 1_000],
  ] as const) {
    const exact = clopperPearson(hits, count, 0.98).high;
    const bound = chernoffUpperBound(coin(hits, count), 0.01);
    expect(bound).toBeGreaterThanOrEqual(exact - 1e-9);
    expect(bound).toBeLessThan(exact * 1.35);
  }
});

test('the empirical Bernstein bound is the tighter one where values vary little', () => {
  const steady = { count: 10_000, sum: 5_000, sum_of_squares: 2_501 };
  expect(empiricalBernsteinUpperBound(steady, 0.01)).toBeLessThan(chernoffUpperBound(steady, 0.01));
  expect(empiricalBernsteinUpperBound(coin(1, 1), 0.01)).toBe(1);
});

test('a chi-square variable passes the bound as seldom as it says', () => {
  for (const degrees of [1, 5, 63, 255]) {
    for (const error of [0.1, 0.01, 0.001]) {
      const tail = upperIncompleteGamma(degrees / 2, chiSquareUpperBound(degrees, error) / 2);
      expect(tail).toBeLessThanOrEqual(error);
      expect(tail).toBeGreaterThan(error / 1_000);
    }
  }
});
