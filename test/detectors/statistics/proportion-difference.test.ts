import { expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { proportionDifference } from '../../../detectors/src/statistics/proportion-difference.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';

// Newcombe 1998, table II, method 10.
test.each([
  [56, 70, 48, 80, 0.2, 0.0524, 0.3339],
  [9, 10, 3, 10, 0.6, 0.1705, 0.809],
  [5, 56, 0, 29, 0.0893, -0.0381, 0.1926],
  [0, 10, 0, 10, 0, -0.2775, 0.2775],
])('%d/%d against %d/%d', (a, m, b, n, estimate, low, high) => {
  const result = proportionDifference({ hits: a, count: m }, { hits: b, count: n }, 1.959964);
  expect(result.estimate).toBeCloseTo(estimate, 4);
  expect(result.low).toBeCloseTo(low, 4);
  expect(result.high).toBeCloseTo(high, 4);
});

test('covers the true difference as often as it says', () => {
  const random = createRandom(8);
  const windows = 2_000;
  const draw = (count: number, rate: number) => {
    let hits = 0;
    for (let i = 0; i < count; i++) if (random() / 2 ** 32 < rate) hits += 1;
    return { hits, count };
  };
  let covered = 0;
  for (let window = 0; window < windows; window++) {
    const { low, high } = proportionDifference(draw(200, 0.12), draw(1_000, 0.05), 1.959964);
    if (low <= 0.07 && 0.07 <= high) covered += 1;
  }
  const rate = clopperPearson(covered, windows);
  expect(rate.low).toBeLessThan(0.96);
  expect(rate.high).toBeGreaterThan(0.94);
});
