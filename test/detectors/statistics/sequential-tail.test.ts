import { expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { sequentialTail } from '../../../detectors/src/statistics/sequential-tail.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const random = createRandom(31);
const exponential = () => -Math.log((random() + 0.5) / 2 ** 32);

test.each([0.05, 0.01, 0.001])('is below %d as often as that', (alpha) => {
  const values = 20_000;
  let below = 0;
  for (let i = 0; i < values; i++) if (sequentialTail(exponential(), exponential) <= alpha) below += 1;
  const { low, high } = clopperPearson(below, values, 0.999);
  expect(low).toBeLessThan(alpha);
  // Ten over a whole number of draws is rarely just the level.
  expect(high).toBeGreaterThan(0.9 * alpha);
});

test('beyond what is drawn, is the tail of the law with the moments of the draws', () => {
  const normal = () => gaussian(random);
  expect(Math.log10(sequentialTail(5, normal) / 2.87e-7)).toBeCloseTo(0, 0);
  expect(sequentialTail(-10, normal)).toBe(1);
});

test('a law of one value is told from a larger one', () => {
  expect(sequentialTail(1, () => 1)).toBe(1);
  expect(sequentialTail(2, () => 1)).toBe(0);
});
