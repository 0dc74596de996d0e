import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bettingLogWealth } from '../../../detectors/src/statistics/betting-log-wealth.ts';
import { choose, sequences } from '../support/enumerate.ts';

test('is worth exactly 1 on average for a coin whose rate is the mean, and less below it', () => {
  for (const [rate, mean] of [
    [0.1, 0.1],
    [0.5, 0.5],
    [0.05, 0.1],
  ] as const) {
    for (const stake of [0.03, 0.3, 1]) {
      const n = 9;
      let expected = 0;
      for (let hits = 0; hits <= n; hits++) {
        const wealth = Math.exp(bettingLogWealth({ counts: [n - hits, hits], scores: [0, 1], mean, stake }));
        expected += choose(n, hits) * rate ** hits * (1 - rate) ** (n - hits) * (wealth || 0);
      }
      if (rate === mean) expect(expected).toBeCloseTo(1, 12);
      else expect(expected).toBeLessThan(1);
    }
  }
});

test('is worth exactly 1 on average for any law of scores with that mean', () => {
  const scores = [0, 0.2, 0.7, 1];
  const law = [0.4, 0.3, 0.2, 0.1];
  const mean = scores.reduce((sum, score, bin) => sum + score * (law[bin] as number), 0);
  let expected = 0;
  for (const { counts, probability } of sequences(law, 5))
    expected += probability * Math.exp(bettingLogWealth({ counts, scores, mean, stake: 0.6 }));
  expect(expected).toBeCloseTo(1, 12);
});

test('a unit that is spread over bins never wins more than by its mean score', () => {
  const part = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.tuple(part, part, part), part, part, (weights, mean, stake) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const counts = weights.map((weight) => weight / total);
      const scores = [0, 0.4, 1];
      const score = counts.reduce((sum, count, bin) => sum + count * (scores[bin] as number), 0);
      const spread = bettingLogWealth({ counts, scores, mean, stake: stake * 0.99 });
      const whole = bettingLogWealth({ counts: [1], scores: [score], mean, stake: stake * 0.99 });
      expect(spread).toBeLessThanOrEqual(whole + 1e-12);
    }),
    { seed: 1 },
  );
});
