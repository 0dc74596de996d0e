import { bettingLogWealth } from '../statistics/betting-log-wealth.ts';
import { chiSquareUpperBound } from '../statistics/chi-square-bound.ts';
import { varianceOf } from '../statistics/moments.ts';
import { betsOf, type Counted, momentsOf, reference_error, scaled, tolerated } from './bets.ts';
import type { Betting } from './watch.ts';

/** Windows after which what a window showed counts 1/e of what it did: a short and a long memory. */
const horizons = [8, 64] as const;
const stakes = [0.5] as const;
/** Units of the reference that every guess is mixed with, so that few windows do not make a bold guess. */
const prior_units = 200;
/** A bin that became more frequent than this many times over counts no more than that. */
const ratio_max = 16;

export interface MixGame {
  readonly reference: Counted;
  readonly current: Counted;
  readonly tolerance: number;
  readonly says: () => string;
}

/**
 * Bets that the mix of bins goes on to differ from the reference's the way the windows before this one did: the
 * score of a bin is how many times more frequent it became, learnt from earlier windows only, so that the bet on a
 * window is fixed before it is seen (the predictable witness of Shekhar and Ramdas, "Nonparametric two-sample
 * testing by betting", IEEE Transactions on Information Theory 70, 2024).
 *
 * In time the guess also learns by what the reference, being finite, is wrong. However it points, the mean score
 * cannot be off by more than √(χ² / N) of its standard deviations, by the inequality of Cauchy and Schwarz, where χ²
 * is that of N units against their population.
 */
export function betOnMix({ reference, current, tolerance, says }: MixGame, memory: unknown): Betting {
  const known = smoothed(reference);
  const seen = isSeen(memory, known.length) ? memory : horizons.map(() => known.map(() => 0));
  const counts = scaled(current);
  const bets = seen.flatMap((earlier) => {
    const scores = ratios(earlier, known);
    const moments = momentsOf({ counts: known, count: reference.count }, scores);
    const doubt = Math.sqrt(
      (chiSquareUpperBound(known.length - 1, reference_error) / reference.count) * varianceOf(moments),
    );
    const mean = tolerated(Math.min(moments.sum / moments.count + doubt, 1), tolerance);
    return betsOf(moments, momentsOf(current, scores), { tolerance, stakes, says }, (stake) =>
      bettingLogWealth({ counts, scores, mean, stake }),
    );
  });
  const next = seen.map((earlier, place) => {
    const kept = 1 - 1 / (horizons[place] as number);
    return earlier.map((count, bin) => count * kept + (counts[bin] as number));
  });
  return { bets, memory: next };
}

/** Shares of the bins in the reference, with one unit added to each so that none is 0. */
function smoothed(reference: Counted): number[] {
  const counts = Array.from(scaled(reference));
  return counts.map((count) => (count + 1) / (reference.count + counts.length));
}

/** How many times more frequent each bin became, as parts of the highest. */
function ratios(earlier: readonly number[], known: readonly number[]): number[] {
  const units = earlier.reduce((sum, count) => sum + count, 0);
  const times = earlier.map((count, bin) => {
    const share = (count + prior_units * (known[bin] as number)) / (units + prior_units);
    return Math.min(share / (known[bin] as number), ratio_max);
  });
  const highest = Math.max(...times);
  return times.map((ratio) => ratio / highest);
}

function isSeen(memory: unknown, bins: number): memory is number[][] {
  return (
    Array.isArray(memory) &&
    memory.length === horizons.length &&
    memory.every((counts) => Array.isArray(counts) && counts.length === bins)
  );
}
