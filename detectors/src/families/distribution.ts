import { andersonDarlingWeights } from '../statistics/anderson-darling.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cumulativeDifference } from '../statistics/cumulative-difference.ts';
import { varianceOfMean, varianceOfPooled } from '../statistics/design-effect.ts';
import { rankWasserstein, rankWidths } from '../statistics/rank-wasserstein.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { type Distances, distancesOf, nullTails, type Spread } from './distribution-nulls.ts';
import type { DistributionQuestion, DistributionSide } from './distribution-question.ts';
import { type Finding, intervalZ, reference_deviations, withinShares } from './family.ts';

export interface DistributionFinding extends Finding {
  readonly kolmogorov_smirnov: number;
  readonly kolmogorov_smirnov_p: number;
  /** In its mean without drift. */
  readonly anderson_darling: number;
  readonly anderson_darling_p: number;
  readonly rank_wasserstein: number;
  readonly rank_wasserstein_expected: number;
  readonly design_effect: number;
}

/**
 * Has the distribution changed? Kolmogorov–Smirnov and Cramér–von Mises distances of the histograms, the latter with
 * the weights of Anderson and Darling; the p is the combination of their two (`nullTails` has their laws).
 *
 * The share is the Wasserstein distance on the scale of ranks, without what chance adds to it. It is a mean over
 * the units of a function of slope at most 1 on that scale (Kantorovich and Rubinstein), the variance of which is
 * at most 1/12, so with its factor 2 its deviation is at most √(1/3n).
 */
export function compareDistributions(question: DistributionQuestion): DistributionFinding {
  const { reference, current } = question;
  const shares = countShares(reference.counts.map((count, bin) => count + (current.counts[bin] as number)));
  const weights = andersonDarlingWeights(shares);
  const widths = rankWidths(shares);
  const difference = cumulativeDifference(current.counts, reference.counts);
  const observed: Distances = distancesOf(difference, weights);
  const spread = spreadOf(question, { weights, widths });
  const p_values = nullTails(observed, question, { shares, weights, spread });
  return {
    ...combineByTruncatedCauchy(p_values),
    ...rankDistance(question),
    kolmogorov_smirnov: observed[0],
    kolmogorov_smirnov_p: p_values[0],
    anderson_darling: spread.units > 0 ? observed[1] / spread.units : 0,
    anderson_darling_p: p_values[1],
    rank_wasserstein: rankWasserstein(difference, widths),
    rank_wasserstein_expected: spread.rank_wasserstein,
    design_effect: spread.values > 0 && !spread.single ? Math.min(spread.units / spread.values, 1) : 1,
  };
}

interface Scales {
  /** Of Anderson and Darling. */
  readonly weights: Float64Array;
  readonly widths: Float64Array;
}

function spreadOf({ reference, current }: DistributionQuestion, { weights, widths }: Scales): Spread {
  const [before, after] = [cumulative(reference), cumulative(current)];
  let [of_reference, of_current, pooled, values, rank_wasserstein, single] = [0, 0, 0, 0, 0, true];
  for (let bin = 0; bin + 1 < weights.length; bin++) {
    const [a, b] = [before.counts[bin] as number, after.counts[bin] as number];
    const share = (a + b) / (before.count + after.count);
    const weight = weights[bin] as number;
    const variance = varianceOfPooled(before, after, bin);
    of_reference += weight * varianceOfMean(before, bin);
    of_current += weight * varianceOfMean(after, bin);
    pooled += weight * variance;
    values += weight * share * (1 - share) * (1 / before.count + 1 / after.count);
    rank_wasserstein += 2 * (widths[bin] as number) * Math.sqrt((2 / Math.PI) * variance);
    const squares = (before.squares[bin] as number) + (after.squares[bin] as number);
    single &&= squares > 0.999 * (a + b);
  }
  const units = Math.max(of_reference + of_current, pooled);
  return { units, of_reference, of_current, values, rank_wasserstein, single };
}

/** The side with its counts at or below the end of each bin. */
export function cumulative(side: DistributionSide): DistributionSide {
  let below = 0;
  const counts = side.counts.map((count) => {
    below += count;
    return below;
  });
  return { ...side, counts };
}

function rankDistance({ reference, current, alpha }: DistributionQuestion) {
  const [p, q] = [countShares(reference.counts), countShares(current.counts)];
  const widths = rankWidths(p.map((share, bin) => (share + (q[bin] as number)) / 2));
  const [before, after] = [cumulative(reference), cumulative(current)];
  let estimate = 0;
  for (let bin = 0; bin + 1 < widths.length; bin++) {
    const shift = (after.counts[bin] as number) / after.count - (before.counts[bin] as number) / before.count;
    const deviation = Math.sqrt(varianceOfMean(before, bin) + varianceOfMean(after, bin));
    estimate += 2 * (widths[bin] as number) * withoutNoise(shift, deviation);
  }
  const margin =
    (intervalZ({ alpha }) / Math.sqrt(current.count) + reference_deviations / Math.sqrt(reference.count)) /
    Math.sqrt(3);
  return {
    share: withinShares(estimate),
    share_low: withinShares(estimate - margin),
    share_high: withinShares(estimate + margin),
  };
}
