import { expect, test } from 'vitest';
import { betOnCounts, betOnMoments, reference_error } from '../../../detectors/src/sequential/bets.ts';
import { betOnMix } from '../../../detectors/src/sequential/mix-bets.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { binomial, sequences } from '../support/enumerate.ts';

const scores = [0, 0.1, 0.4, 1];
const law = [0.6, 0.25, 0.1, 0.05];
const game = { tolerance: 0.02, stakes: [0.05, 0.3, 0.9], says: () => 'moved' };
/** So many units that the reference is hardly wrong. */
const reference = { counts: law, count: 1e12 };

/** What each bet is worth on average over all windows of `units` from a law. */
function worth(from: readonly number[], units: number, changed: Partial<typeof game> = {}): number[] {
  const total = game.stakes.map(() => 0);
  for (const { counts, probability } of sequences(from, units)) {
    const current = { counts, count: units };
    betOnCounts({ reference, current, scores }, { ...game, ...changed }).forEach(({ log_e_value }, place) => {
      total[place] = (total[place] as number) + probability * Math.exp(log_e_value);
    });
  }
  return total;
}

/** The law after a share of its units went to one bin. */
function moved(share: number, bin: number): number[] {
  return law.map((part, place) => part * (1 - share) + (place === bin ? share : 0));
}

test('bets are worth at most 1 while no more than the tolerated share moved, wherever it went', () => {
  for (const bin of [0, 1, 2, 3]) {
    for (const value of worth(moved(0.02, bin), 6)) expect(value).toBeLessThanOrEqual(1 + 1e-5);
  }
  // And exactly 1 where the whole of it went to the highest score: nothing is given away.
  for (const value of worth(moved(0.02, 3), 6)) expect(value).toBeCloseTo(1, 4);
  for (const value of worth(moved(0.05, 3), 6)) expect(value).toBeGreaterThan(1);
});

test('with a tolerance of 1 nothing is ever won', () => {
  const current = { counts: [0, 0, 0, 50], count: 50 };
  for (const bet of betOnCounts({ reference, current, scores }, { ...game, tolerance: 1 }))
    expect(bet.log_e_value).toBeLessThanOrEqual(1e-9);
});

test('counts may be in any fixed point', () => {
  const current = { counts: [20, 15, 10, 5], count: 50 };
  const scale = (counts: readonly number[]) => counts.map((count) => count * 2 ** 20);
  const small = { counts: [600, 250, 100, 50], count: 1_000 };
  const plain = betOnCounts({ reference: small, current, scores }, game);
  const fixed = betOnCounts(
    {
      reference: { ...small, counts: scale(small.counts) },
      current: { ...current, counts: scale(current.counts) },
      scores,
    },
    game,
  );
  expect(fixed).toEqual(plain);
});

test('a reference makes the null hypothesis too small as seldom as it says, exactly', () => {
  const count = 80;
  for (const rate of [0.02, 0.1, 0.5]) {
    // A bet on a window whose units are exactly as the truth wins on average where the null mean is below the truth.
    let too_small = 0;
    for (let hits = 0; hits <= count; hits++) {
      const [bet] = betOnCounts(
        {
          reference: { counts: [count - hits, hits], count },
          current: { counts: [1 - rate, rate], count: 1 },
          scores: [0, 1],
        },
        { ...game, tolerance: 0, stakes: [1e-6] },
      );
      if ((bet?.log_e_value as number) > 0) too_small += binomial(count, hits, rate);
    }
    expect(too_small).toBeLessThanOrEqual(reference_error);
  }
});

test('effects are shares of the room above the reference', () => {
  const [bet] = betOnMoments(
    {
      reference: { count: 1_000, sum: 200, sum_of_squares: 50 },
      current: { count: 10, sum: 6, sum_of_squares: 3.6 },
    },
    game,
  );
  expect((bet?.shift.sum as number) / 10).toBeCloseTo((0.6 - 0.2) / 0.8, 12);
  expect(bet?.shift.sum_of_squares).toBeCloseTo(10 * 0.25, 12);
  expect(bet?.reference_variance).toBeCloseTo((50 - 40) / 999 / 1_000 / 0.64, 12);
});

test('bets on the mix are fixed before the window is seen, and worth at most 1 whatever was seen before', () => {
  const known = { counts: [500, 300, 150, 50], count: 1_000 };
  const random = createRandom(6);
  const shares = known.counts.map((count) => (count + 1) / 1_004);
  for (let history = 0; history < 20; history++) {
    const earlier = () => known.counts.map(() => random() % 60);
    const memory = [earlier(), earlier()];
    const total: number[] = [];
    for (const { counts, probability } of sequences(shares, 5)) {
      const { bets } = betOnMix(
        { reference: known, current: { counts, count: 5 }, tolerance: 0, says: () => 'moved' },
        memory,
      );
      bets.forEach(({ log_e_value }, place) => {
        total[place] = (total[place] ?? 0) + probability * Math.exp(log_e_value);
      });
    }
    expect(total.length).toBeGreaterThan(1);
    for (const value of total) expect(value).toBeLessThanOrEqual(1 + 1e-12);
  }
});
