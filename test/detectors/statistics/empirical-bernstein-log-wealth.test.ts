import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bettingLogWealth } from '../../../detectors/src/statistics/betting-log-wealth.ts';
import { empiricalBernsteinLogWealth } from '../../../detectors/src/statistics/empirical-bernstein-log-wealth.ts';
import { sequences } from '../support/enumerate.ts';

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const inside = fc.double({ min: 0.01, max: 0.99, noNaN: true });

function momentsOf(values: readonly number[]) {
  const total = (of: (value: number) => number) => values.reduce((sum, value) => sum + of(value), 0);
  return { count: values.length, sum: total((value) => value), sum_of_squares: total((value) => value ** 2) };
}

test('never wins more than a bet on each value', () => {
  fc.assert(
    fc.property(fc.array(unit, { minLength: 1, maxLength: 20 }), inside, inside, (values, mean, stake) => {
      const wealth = empiricalBernsteinLogWealth({ values: momentsOf(values), mean, stake });
      const counts = values.map(() => 1);
      expect(wealth).toBeLessThanOrEqual(bettingLogWealth({ counts, scores: values, mean, stake }) + 1e-9);
    }),
    { seed: 1 },
  );
});

test('is worth at most 1 on average, and not much less where the values vary little', () => {
  const values = [0.75, 0.8, 0.85];
  const law = [0.25, 0.5, 0.25];
  let expected = 0;
  for (const { counts, probability } of sequences(law, 6)) {
    const drawn = values.flatMap((value, bin) => Array.from({ length: counts[bin] as number }, () => value));
    expected +=
      probability *
      Math.exp(empiricalBernsteinLogWealth({ values: momentsOf(drawn), mean: 0.8, stake: 0.5 }));
  }
  expect(expected).toBeLessThanOrEqual(1);
  expect(expected).toBeGreaterThan(0.99);
});
