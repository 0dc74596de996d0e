import { mean } from 'simple-statistics';
import { combineByCauchy } from '../statistics/cauchy-combination.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cramerVonMises } from '../statistics/cramer-von-mises.ts';
import { varianceOfMean } from '../statistics/design-effect.ts';
import { kolmogorovSmirnov } from '../statistics/kolmogorov-smirnov.ts';
import { monteCarloTail } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { rankWasserstein, rankWidths } from '../statistics/rank-wasserstein.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { type Finding, intervalZ, reference_deviations, withinShares } from './family.ts';

const draws = 1000;
const units_max = 2000;

export interface DistributionSide {
  readonly count: number;
  /** Units by bin, in ascending order of the bins. */
  readonly counts: Float64Array;
  /** Sums of the units' squared shares at or below the end of each bin but the last. */
  readonly squares: Float64Array;
}

export interface DistributionQuestion {
  readonly reference: DistributionSide;
  readonly current: DistributionSide;
  readonly alpha: number;
}

export interface DistributionFinding extends Finding {
  readonly measures: Readonly<Record<string, number>>;
  readonly design_effect: number;
}

/**
 * Has the distribution changed? Kolmogorov–Smirnov, Cramér–von Mises and Wasserstein distances of the histograms;
 * their null distributions are those of permutations of the counts at hand, so ties, single values with much of the
 * mass and the size of both samples are in them. Units of several values vary less than units of one: the counts
 * are divided by how much. The three p-values are combined.
 *
 * The share is the Wasserstein distance on the scale of ranks, without what chance adds to it. It is a mean over
 * the units of a function of slope at most 1 on that scale (Kantorovich and Rubinstein), the variance of which is
 * at most 1/12, so with its factor 2 its deviation is at most √(1/3n).
 */
export function compareDistributions(question: DistributionQuestion): DistributionFinding {
  const { reference, current } = question;
  const design_effect = cumulativeDesignEffect(reference, current);
  const [first, second] = [reference, current].map(({ counts }) => counts.map((c) => c / design_effect)) as [
    Float64Array,
    Float64Array,
  ];
  const null_draws = Array.from(permutedCounts({ first, second, draws, units_max }), distancesOf);
  const observed = distancesOf({ first, second });
  const p_values = observed.scaled.map((value, test) =>
    monteCarloTail(
      value,
      null_draws.map(({ scaled }) => scaled[test] as number),
    ),
  );
  const size = sizeOf({ first, second });
  const expected = (test: number) =>
    mean(null_draws.map(({ scaled }) => Math.sqrt((scaled[test] as number) / size)));
  return {
    ...combineByCauchy(p_values),
    ...rankDistance(question),
    design_effect,
    measures: {
      kolmogorov_smirnov: observed.ks,
      kolmogorov_smirnov_expected: expected(0),
      rank_wasserstein: observed.wasserstein,
      rank_wasserstein_expected: expected(2),
    },
  };
}

interface Pair {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** The distances; and squared and times nN/(n + N), so that they are alike for samples of every size. */
function distancesOf({ first, second }: Pair) {
  const ks = kolmogorovSmirnov(first, second);
  const wasserstein = rankWasserstein(first, second);
  const size = sizeOf({ first, second });
  return {
    ks,
    wasserstein,
    scaled: [ks ** 2 * size, cramerVonMises(first, second) * size, wasserstein ** 2 * size],
  };
}

function sizeOf({ first, second }: Pair): number {
  const [n, m] = [first, second].map((counts) => counts.reduce((sum, count) => sum + count, 0)) as [
    number,
    number,
  ];
  return (n * m) / (n + m);
}

/** As `designEffect`, on the shares at or below each bin. */
function cumulativeDesignEffect(reference: DistributionSide, current: DistributionSide): number {
  const [before, after] = [cumulative(reference), cumulative(current)];
  const weights = reference.counts.map((count, bin) => count + (current.counts[bin] as number));
  let [seen, expected, single] = [0, 0, true];
  for (let bin = 0; bin + 1 < weights.length; bin++) {
    const [a, b] = [before.counts[bin] as number, after.counts[bin] as number];
    const share = (a + b) / (before.count + after.count);
    const weight = weights[bin] as number;
    seen += weight * (varianceOfMean(before, bin) + varianceOfMean(after, bin));
    expected += weight * share * (1 - share) * (1 / before.count + 1 / after.count);
    const squares = (before.squares[bin] as number) + (after.squares[bin] as number);
    single &&= squares > 0.999 * (a + b);
  }
  return single || expected === 0 ? 1 : Math.min(Math.max(seen / expected, 0.01), 1);
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
  const widths = rankWidths(countShares(reference.counts), countShares(current.counts));
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
