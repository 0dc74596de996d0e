import { bettingLogWealth } from '../statistics/betting-log-wealth.ts';
import { chernoffUpperBound } from '../statistics/chernoff-bound.ts';
import { empiricalBernsteinUpperBound } from '../statistics/empirical-bernstein-bound.ts';
import { empiricalBernsteinLogWealth } from '../statistics/empirical-bernstein-log-wealth.ts';
import { type Moments, meanOf, varianceOf } from '../statistics/moments.ts';
import type { Bet } from './e-detector.ts';

/** Probability that the reference makes the null hypothesis too small. */
export const reference_error = 0.05;
const room_min = 1e-9;

/** Units counted by bin. `counts` may be in any fixed point: they are scaled to add up to `count`. */
export interface Counted {
  readonly counts: ArrayLike<number>;
  readonly count: number;
}

export interface Game {
  readonly tolerance: number;
  /** Parts of the wealth at stake; for each a bet. A change of about that share is found fastest. */
  readonly stakes: readonly number[];
  readonly says: () => string;
}

/**
 * Bets that the units of a window score higher than those of the reference. The null hypothesis has two parts: what
 * the reference, being finite, may be wrong by, which follows from its size, and `tolerance`, the share of units that
 * may do anything at all.
 */
export function betOnCounts(
  { reference, current, scores }: { reference: Counted; current: Counted; scores: readonly number[] },
  game: Game,
): Bet[] {
  const known = momentsOf(reference, scores);
  const mean = tolerated(upperMean(known), game.tolerance);
  const counts = scaled(current);
  return betsOf(known, momentsOf(current, scores), game, (stake) =>
    bettingLogWealth({ counts, scores, mean, stake }),
  );
}

/** The same for values in [0, 1] of which only the moments are known. */
export function betOnMoments(
  { reference, current }: { reference: Moments; current: Moments },
  game: Game,
): Bet[] {
  const mean = tolerated(upperMean(reference), game.tolerance);
  return betsOf(reference, current, game, (stake) =>
    empiricalBernsteinLogWealth({ values: current, mean, stake }),
  );
}

export function betsOf(
  reference: Moments,
  current: Moments,
  { stakes, says }: Game,
  logEValue: (stake: number) => number,
): Bet[] {
  const mean = meanOf(reference);
  // Where the reference has the highest score throughout, nothing can move up.
  const per_share = 1 - mean > room_min ? 1 / (1 - mean) : 0;
  const shift = {
    count: current.count,
    sum: (current.sum - current.count * mean) * per_share,
    sum_of_squares:
      (current.sum_of_squares - 2 * mean * current.sum + current.count * mean ** 2) * per_share ** 2,
  };
  const reference_variance = (varianceOf(reference) / reference.count) * per_share ** 2;
  return stakes.map((stake) => ({ log_e_value: logEValue(stake), shift, reference_variance, says }));
}

/** Up to `tolerance` of the units may have the highest score there is. */
export function tolerated(mean: number, tolerance: number): number {
  return mean + tolerance * (1 - mean);
}

/** The smaller of two bounds, each wrong half as often as allowed. */
function upperMean(reference: Moments): number {
  const error = reference_error / 2;
  return Math.min(chernoffUpperBound(reference, error), empiricalBernsteinUpperBound(reference, error));
}

export function momentsOf(counted: Counted, scores: ArrayLike<number>): Moments {
  const counts = scaled(counted);
  let sum = 0;
  let sum_of_squares = 0;
  for (let bin = 0; bin < scores.length; bin++) {
    const score = scores[bin] as number;
    sum += (counts[bin] as number) * score;
    sum_of_squares += (counts[bin] as number) * score * score;
  }
  return { count: counted.count, sum, sum_of_squares };
}

export function scaled({ counts, count }: Counted): Float64Array {
  const values = new Float64Array(counts.length);
  let total = 0;
  for (let bin = 0; bin < values.length; bin++) total += counts[bin] as number;
  if (total > 0) {
    const scale = count / total;
    for (let bin = 0; bin < values.length; bin++) values[bin] = (counts[bin] as number) * scale;
  }
  return values;
}
