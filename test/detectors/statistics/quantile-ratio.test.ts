import { expect, test } from 'vitest';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { quantileInterval } from '../../../detectors/src/statistics/quantile-interval.ts';
import { quantileRatio } from '../../../detectors/src/statistics/quantile-ratio.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const edges = Array.from({ length: 801 }, (_, index) => 1.01 ** index);

/** Log-normal latencies in bins of one percent. */
function histogram(count: number, factor: number, random: RandomSource) {
  const counts = new Float64Array(edges.length - 1);
  const values = Array.from({ length: count }, () => 100 * factor * Math.exp(0.5 * gaussian(random)));
  for (const value of values) {
    const bin = Math.floor(Math.log(value) / Math.log(1.01));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { counts, edges, count, sorted: values.sort((a, b) => a - b) };
}

test('reads a quantile off bins as close as the bins are', () => {
  const values = histogram(5_000, 1, createRandom(1));
  for (const quantile of [0.01, 0.5, 0.95, 0.99]) {
    const { estimate } = quantileInterval(values, quantile);
    expect(Math.abs(estimate / (values.sorted[values.count * quantile] as number) - 1)).toBeLessThan(0.012);
  }
});

test.each([
  [0.5, 100],
  [0.95, 100 * Math.exp(0.5 * 1.6448536)],
])('the interval of the quantile %d covers it in nine of ten cases', (quantile, truth) => {
  const random = createRandom(2);
  const rounds = 1_500;
  let covered = 0;
  for (let round = 0; round < rounds; round++) {
    const { low, high } = quantileInterval(histogram(300, 1, random), quantile);
    if (low <= truth && truth <= high) covered += 1;
  }
  const { low, high } = clopperPearson(covered, rounds);
  expect(high).toBeGreaterThan(0.88);
  expect(low).toBeLessThan(0.93);
});

test('the interval of the ratio covers it in nine of ten cases', () => {
  const random = createRandom(3);
  const rounds = 1_000;
  for (const quantile of [0.5, 0.95]) {
    let covered = 0;
    for (let round = 0; round < rounds; round++) {
      const ratio = quantileRatio(histogram(300, 1.5, random), histogram(1_500, 1, random), quantile);
      if (ratio && ratio.low <= 1.5 && ratio.high >= 1.5) covered += 1;
    }
    const { low, high } = clopperPearson(covered, rounds);
    expect(high).toBeGreaterThan(0.88);
    expect(low).toBeLessThan(0.94);
  }
});

test('values that are not above 0 have no ratio', () => {
  const zero = { counts: [10], edges: [0, 0], count: 10 };
  expect(quantileRatio(zero, zero, 0.5)).toBeNull();
});

test('nothing bounds a quantile from above that so few values need not reach', () => {
  const random = createRandom(4);
  const [current, reference] = [histogram(50, 1.5, random), histogram(500, 1, random)];
  expect(quantileInterval(current, 0.99).high).toBe(Number.POSITIVE_INFINITY);
  const ratio = quantileRatio(current, reference, 0.99);
  expect(ratio?.high).toBe(Number.POSITIVE_INFINITY);
  expect(ratio?.low).toBeGreaterThan(0);
  expect(quantileRatio(current, histogram(50, 1, random), 0.99)?.low).toBe(0);
});

test.each([
  [200, 1_000, 0.99],
  [50, 500, 0.99],
  [50, 500, 0.95],
])(
  'no end of the ratio of %i to %i values at %d is wrong more often than in one of twenty',
  (n, m, quantile) => {
    const random = createRandom(5);
    const rounds = 1_000;
    let [above, below] = [0, 0];
    for (let round = 0; round < rounds; round++) {
      const ratio = quantileRatio(histogram(n, 1.5, random), histogram(m, 1, random), quantile);
      if (ratio && ratio.low > 1.5) above += 1;
      if (ratio && ratio.high < 1.5) below += 1;
    }
    expect(clopperPearson(above, rounds).low).toBeLessThan(0.05);
    expect(clopperPearson(below, rounds).low).toBeLessThan(0.05);
  },
);
