import { expect, test } from 'vitest';
import { createDealer } from '../../../detectors/src/statistics/dealt-counts.ts';
import { choose } from '../support/enumerate.ts';

const totals = [3, 0, 1, 5, 2];
const dealt = 4;

test('deals each hand as often as there are ways to it', () => {
  const deals = 40_000;
  const deal = createDealer(totals, dealt);
  const seen = new Map<string, number>();
  for (let i = 0; i < deals; i++) {
    const key = deal().join();
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const whole = totals.reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  for (const [key, count] of seen) {
    const ways = key.split(',').reduce((product, k, place) => product * choose(totals[place]!, Number(k)), 1);
    const expected = (deals * ways) / choose(whole, dealt);
    statistic += (count - expected) ** 2 / expected;
  }
  // Chi-square with one degree of freedom less than there are hands, four standard deviations out.
  const degrees = seen.size - 1;
  expect(degrees).toBe(19);
  expect(statistic).toBeLessThan(degrees + 4 * Math.sqrt(2 * degrees));
});

test('keeps both margins, and depends on them alone', () => {
  const [deal, again] = [createDealer(totals, dealt), createDealer(Float64Array.from(totals), dealt)];
  for (let i = 0; i < 100; i++) {
    const counts = deal().slice();
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(dealt);
    expect(counts.every((count, place) => count <= totals[place]!)).toBe(true);
    expect(again()).toEqual(counts);
  }
});
