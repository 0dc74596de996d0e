import { noveltyCounts } from '../sketches/layout.ts';
import { bin_scores, tail_shares } from '../sketches/novelty-bins.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { proportionDifference } from '../statistics/proportion-difference.ts';
import { threeMomentTail } from '../statistics/three-moment-tail.ts';
import { type Comparison, type Finding, interval_z, withinShares } from './family.ts';

/** The first bin that starts beyond nineteen of twenty vectors of the fit. */
const far_bin = tail_shares.findIndex((share) => share <= 0.05);

/**
 * Do more vectors lie far from everything known? Finds what was never there before.
 *
 * Statistic: mean of -log(1 - rank) of the distance to the nearest centre, window minus reference, in standard
 * deviations; one-sided, because vectors that are closer than usual are no news. Mean, variance and skew are
 * those of dealing the same vectors to window and reference at random.
 *
 * Share: vectors in the far bins beyond those the reference has there. At least so many must have drifted; those
 * that drifted without going so far are not counted.
 */
export function compareNovelty({ reference, current }: Comparison): Finding {
  const here = noveltyCounts(current.sums);
  const there = noveltyCounts(reference.sums);
  const both = moments(here.map((count, bin) => count + (there[bin] as number)));
  const [n, m] = [current.count, reference.count];
  const difference = moments(here).mean - moments(there).mean;
  const cumulants = {
    mean: 0,
    variance: both.variance * (1 / n + 1 / m),
    third: both.third * (1 / n ** 2 - 1 / m ** 2),
  };
  return {
    statistic: cumulants.variance > 0 ? difference / Math.sqrt(cumulants.variance) : 0,
    p: threeMomentTail(difference, cumulants),
    ...shareOf(reference, current),
  };
}

function shareOf(reference: Sketch, current: Sketch): Omit<Finding, 'statistic' | 'p'> {
  const far = (sketch: Sketch) => ({
    hits: noveltyCounts(sketch.sums)
      .subarray(far_bin)
      .reduce((sum, count) => sum + count, 0),
    count: sketch.count,
  });
  const known = far(reference);
  const excess = proportionDifference(far(current), known, interval_z);
  // A drifted vector that was far anyway is no excess: (1 - d)·known + d = far, solved for d.
  const room = 1 - known.hits / known.count;
  const share = (value: number) => (room > 0 ? withinShares(value / room) : 0);
  return { share: share(excess.estimate), share_low: share(excess.low), share_high: share(excess.high) };
}

/** Mean, variance and third central moment of the scores of vectors counted in bins. */
function moments(counts: Float64Array): { mean: number; variance: number; third: number } {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const average = (of: (score: number) => number) =>
    counts.reduce((sum, count, bin) => sum + count * of(bin_scores[bin] as number), 0) / total;
  const mean = average((score) => score);
  return {
    mean,
    variance: (average((score) => (score - mean) ** 2) * total) / Math.max(total - 1, 1),
    third: average((score) => (score - mean) ** 3),
  };
}
