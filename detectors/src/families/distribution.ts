import { andersonDarlingWeights } from '../statistics/anderson-darling.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cumulativeDifference } from '../statistics/cumulative-difference.ts';
import { varianceOfMean, varianceOfPooled } from '../statistics/design-effect.ts';
import { rankWasserstein, rankWidths } from '../statistics/rank-wasserstein.ts';
import { type Distances, distancesOf, nullTails, type Spread } from './distribution-nulls.ts';
import { cumulative, type DistributionQuestion } from './distribution-side.ts';
import type { Finding } from './family.ts';
import { movedRanks } from './rank-share.ts';

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
 * The share, and its interval, are those of `movedRanks`.
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
  const design_effect = spread.values > 0 && !spread.single ? Math.min(spread.units / spread.values, 1) : 1;
  return {
    ...combineByTruncatedCauchy(p_values),
    ...movedRanks(question, design_effect),
    kolmogorov_smirnov: observed[0],
    kolmogorov_smirnov_p: p_values[0],
    anderson_darling: spread.units > 0 ? observed[1] / spread.units : 0,
    anderson_darling_p: p_values[1],
    rank_wasserstein: rankWasserstein(difference, widths),
    rank_wasserstein_expected: spread.rank_wasserstein,
    design_effect,
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
