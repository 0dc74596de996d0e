import { mean } from 'simple-statistics';
import type { ProcessLaws } from '../sketches/fit-process-laws.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cramerVonMises } from '../statistics/cramer-von-mises.ts';
import { cumulativeDifference } from '../statistics/cumulative-difference.ts';
import { varianceOfMean, varianceOfPooled } from '../statistics/design-effect.ts';
import { withTrueScale } from '../statistics/estimated-scale.ts';
import { kolmogorovSmirnov } from '../statistics/kolmogorov-smirnov.ts';
import { monteCarloTail } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { rankWasserstein, rankWidths } from '../statistics/rank-wasserstein.ts';
import { threeMomentTail } from '../statistics/three-moment-tail.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { type Finding, intervalZ, reference_deviations, withinShares } from './family.ts';

const draws = 500;
/** Units of the smaller sample that must lie off the most frequent bin for the normal law of sums to hold. */
const varied_min = 30;
/** Bins of fewer expected units are drawn unit by unit: a normal number serves sums over bins, and not single rare ones. */
const dense_min = { varied: 1, uniform: 10 } as const;

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
  /** Of the fit's units, where they have several values. */
  readonly laws: ProcessLaws | null;
}

export interface DistributionFinding extends Finding {
  readonly kolmogorov_smirnov: number;
  readonly kolmogorov_smirnov_expected: number;
  readonly rank_wasserstein: number;
  readonly rank_wasserstein_expected: number;
  readonly design_effect: number;
}

/**
 * Has the distribution changed? Kolmogorov–Smirnov, Cramér–von Mises and Wasserstein distances of the histograms;
 * their three p-values are combined. Where a unit has one value the null distributions are those of permutations of
 * the counts at hand, so ties, single values with much of the mass and the size of both samples are in them. Where
 * units have several values they are those of the fit's units, scaled to the variance of the units at hand.
 *
 * The share is the Wasserstein distance on the scale of ranks, without what chance adds to it. It is a mean over
 * the units of a function of slope at most 1 on that scale (Kantorovich and Rubinstein), the variance of which is
 * at most 1/12, so with its factor 2 its deviation is at most √(1/3n).
 */
export function compareDistributions(question: DistributionQuestion): DistributionFinding {
  const { reference, current } = question;
  const pooled = reference.counts.map((count, bin) => count + (current.counts[bin] as number));
  const distances = createDistances(countShares(pooled));
  const observed = distances(cumulativeDifference(current.counts, reference.counts));
  const spread = spreadOf(question, countShares(pooled));
  // Units of one bin each vary the most: a permutation of those is on the safe side where the laws do not hold.
  const { laws } = question;
  const fitted = !spread.single && isVaried({ first: current.counts, second: reference.counts });
  const { p_values, expected } =
    fitted && laws !== null
      ? byFit(observed, laws, question, spread)
      : byPermutation(observed, question, distances);
  return {
    ...combineByTruncatedCauchy(p_values),
    ...rankDistance(question),
    kolmogorov_smirnov: Math.sqrt(observed[0]),
    kolmogorov_smirnov_expected: expected[0],
    rank_wasserstein: Math.sqrt(observed[2]),
    rank_wasserstein_expected: expected[2],
    design_effect: spread.values > 0 && !spread.single ? Math.min(spread.units / spread.values, 1) : 1,
  };
}

/** Squared: Kolmogorov–Smirnov, Cramér–von Mises, Wasserstein. */
type Distances = readonly [number, number, number];

/** On the scale of ranks that the shares make. */
function createDistances(shares: Float64Array): (difference: Float64Array) => Distances {
  const widths = rankWidths(shares);
  return (difference) => [
    kolmogorovSmirnov(difference) ** 2,
    cramerVonMises(difference, shares),
    rankWasserstein(difference, widths) ** 2,
  ];
}

interface Null {
  readonly p_values: readonly number[];
  /** Mean distances without drift, not squared. */
  readonly expected: Distances;
}

function byPermutation(
  observed: Distances,
  { reference, current }: DistributionQuestion,
  distances: (difference: Float64Array) => Distances,
): Null {
  const found = observed.map(() => new Float64Array(draws));
  const difference = new Float64Array(reference.counts.length);
  let draw = 0;
  const sides = { first: current.counts, second: reference.counts };
  const plan = { ...sides, draws, dense_min: isVaried(sides) ? dense_min.varied : dense_min.uniform };
  for (const permuted of permutedCounts(plan)) {
    cumulativeDifference(permuted.first, permuted.second, difference);
    distances(difference).forEach((value, test) => {
      (found[test] as Float64Array)[draw] = value;
    });
    draw += 1;
  }
  return {
    p_values: observed.map((value, test) => monteCarloTail(value, found[test] as Float64Array)),
    expected: found.map((values) => mean(Array.from(values, Math.sqrt))) as unknown as Distances,
  };
}

/** The distances in the mean variance, which is known from the units at hand only. */
function byFit(observed: Distances, laws: ProcessLaws, question: DistributionQuestion, spread: Spread): Null {
  const variance = spread.units;
  const dependence = laws.cramer_von_mises.variance / laws.cramer_von_mises.mean ** 2;
  const error =
    (spread.of_reference / variance) ** 2 / (question.reference.count - 1) +
    (spread.of_current / variance) ** 2 / (question.current.count - 1);
  const degrees = 2 / (error * dependence);
  const of_tests = [laws.kolmogorov_smirnov, laws.cramer_von_mises, laws.wasserstein];
  return {
    p_values: of_tests.map((law, test) => {
      const value = (observed[test] as number) / variance;
      const steepness = law.third > 0 ? (2 * law.variance) / law.third : 0;
      return threeMomentTail(withTrueScale(value, { steepness, degrees }), law);
    }),
    // √x is about √μ·(1 - σ²/8μ²) on average.
    expected: of_tests.map(
      (law) => Math.sqrt(law.mean * variance) * (1 - law.variance / (8 * law.mean ** 2)),
    ) as unknown as Distances,
  };
}

function isVaried({
  first,
  second,
}: {
  readonly first: Float64Array;
  readonly second: Float64Array;
}): boolean {
  let [n, m, mode] = [0, 0, 0];
  first.forEach((count, bin) => {
    n += count;
    m += second[bin] as number;
    mode = Math.max(mode, count + (second[bin] as number));
  });
  return ((n + m - mode) * Math.min(n, m)) / (n + m) >= varied_min;
}

interface Spread {
  /** Mean variance of the difference of the distribution functions; as in `designEffect`, the larger of two. */
  readonly units: number;
  /** The parts of it that each side brings. */
  readonly of_reference: number;
  readonly of_current: number;
  /** What it would be if every unit had one value. */
  readonly values: number;
  readonly single: boolean;
}

function spreadOf({ reference, current }: DistributionQuestion, weights: Float64Array): Spread {
  const [before, after] = [cumulative(reference), cumulative(current)];
  let [of_reference, of_current, pooled, values, single] = [0, 0, 0, 0, true];
  for (let bin = 0; bin + 1 < weights.length; bin++) {
    const [a, b] = [before.counts[bin] as number, after.counts[bin] as number];
    const share = (a + b) / (before.count + after.count);
    const weight = weights[bin] as number;
    of_reference += weight * varianceOfMean(before, bin);
    of_current += weight * varianceOfMean(after, bin);
    pooled += weight * varianceOfPooled(before, after, bin);
    values += weight * share * (1 - share) * (1 / before.count + 1 / after.count);
    const squares = (before.squares[bin] as number) + (after.squares[bin] as number);
    single &&= squares > 0.999 * (a + b);
  }
  return { units: Math.max(of_reference + of_current, pooled), of_reference, of_current, values, single };
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
