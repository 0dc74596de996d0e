import type { ProcessLaws } from '../sketches/fit-process-laws.ts';
import { andersonDarlingWeights } from '../statistics/anderson-darling.ts';
import { bridgeSquareTail } from '../statistics/bridge-square-tail.ts';
import { bridgeSupremumTail } from '../statistics/bridge-supremum-tail.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cramerVonMises } from '../statistics/cramer-von-mises.ts';
import { cumulativeDifference } from '../statistics/cumulative-difference.ts';
import { withTrueScale } from '../statistics/estimated-scale.ts';
import { kolmogorovSmirnov } from '../statistics/kolmogorov-smirnov.ts';
import { sequentialTails } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { threeMomentTail } from '../statistics/three-moment-tail.ts';
import type { DistributionQuestion } from './distribution-side.ts';

const draws = 4000;
/** Units of the smaller sample that must lie off the most frequent bin for the normal law of sums to hold. */
const varied_min = 10;
/** Bins of fewer expected units are drawn unit by unit. */
const dense_min = 10;

/** Kolmogorov–Smirnov, and Cramér–von Mises with the weights of Anderson and Darling. */
export type Distances = readonly [number, number];

export function distancesOf(difference: Float64Array, weights: Float64Array): Distances {
  return [kolmogorovSmirnov(difference), cramerVonMises(difference, weights)];
}

export interface Spread {
  /** Mean variance of the difference of the distribution functions; as in `designEffect`, the larger of two. */
  readonly units: number;
  /** The parts of it that each side brings. */
  readonly of_reference: number;
  readonly of_current: number;
  /** What it would be if every unit had one value. */
  readonly values: number;
  /** The mean Wasserstein distance on ranks without drift: of a normal difference, √(2/π) of its deviation. */
  readonly rank_wasserstein: number;
  /** Every unit has one value. */
  readonly single: boolean;
}

export interface Pooled {
  /** Of both samples, by bin. */
  readonly shares: Float64Array;
  /** Of Anderson and Darling. */
  readonly weights: Float64Array;
  readonly spread: Spread;
}

/**
 * p-values of the two distances. Where a unit has one value their laws are those of a Brownian bridge at the ends of
 * the bins at hand, so ties, single values with much of the mass and the sizes of both samples are in them; where
 * almost all units are in one bin, those of permutations. Where units have several values they are the laws of the
 * fit's units, scaled to the variance of the units at hand.
 */
export function nullTails(observed: Distances, question: DistributionQuestion, pooled: Pooled): Distances {
  const { reference, current, laws } = question;
  // Units of one bin each vary the most: a law of those is on the safe side where the fit's do not hold.
  if (!isVaried(question, pooled)) return byPermutation(observed, question);
  if (pooled.spread.single || laws === null)
    return byBridge(observed, pooled, [reference.count, current.count]);
  return byFit(observed, laws, question, pooled.spread);
}

function isVaried({ reference, current }: DistributionQuestion, { shares }: Pooled): boolean {
  const mode = shares.reduce((most, share) => Math.max(most, share), 0);
  return (1 - mode) * Math.min(reference.count, current.count) >= varied_min;
}

/** A bridge with the variance that permutations give. */
function byBridge(
  [largest, square]: Distances,
  pooled: Pooled,
  [n, m]: readonly [number, number],
): Distances {
  const variance = ((1 / n + 1 / m) * (n + m)) / (n + m - 1);
  const times: number[] = [];
  const weights: number[] = [];
  let below = 0;
  pooled.weights.forEach((weight, bin) => {
    below += pooled.shares[bin] as number;
    if (weight === 0) return;
    times.push(below);
    weights.push(weight);
  });
  return [
    bridgeSupremumTail(largest / Math.sqrt(variance), times),
    bridgeSquareTail(square / variance, { times, weights }),
  ];
}

function byPermutation(observed: Distances, { reference, current }: DistributionQuestion): Distances {
  const seen = Array.from(reference.counts.keys()).filter(
    (bin) => (reference.counts[bin] as number) + (current.counts[bin] as number) > 0,
  );
  const [first, second] = [current, reference].map(({ counts }) =>
    Float64Array.from(seen, (bin) => counts[bin] as number),
  ) as [Float64Array, Float64Array];
  const both = first.map((count, bin) => count + (second[bin] as number));
  const weights = andersonDarlingWeights(countShares(both));
  return sequentialTails(observed, permutedDistances({ first, second, weights })) as unknown as Distances;
}

interface Sides {
  readonly first: Float64Array;
  readonly second: Float64Array;
  readonly weights: Float64Array;
}

function* permutedDistances({ first, second, weights }: Sides): Generator<Distances> {
  const difference = new Float64Array(first.length);
  for (const permuted of permutedCounts({ first, second, draws, dense_min })) {
    yield distancesOf(cumulativeDifference(permuted.first, permuted.second, difference), weights);
  }
}

/** The distances in the mean variance, which is known from the units at hand only. */
function byFit(
  [largest, square]: Distances,
  laws: ProcessLaws,
  { reference, current }: DistributionQuestion,
  { units, of_reference, of_current }: Spread,
): Distances {
  const dependence = laws.anderson_darling.variance / laws.anderson_darling.mean ** 2;
  const error =
    (of_reference / units) ** 2 / (reference.count - 1) + (of_current / units) ** 2 / (current.count - 1);
  const degrees = 2 / (error * dependence);
  const tail = (value: number, law: ProcessLaws[keyof ProcessLaws]) => {
    const steepness = law.third > 0 ? (2 * law.variance) / law.third : 0;
    return threeMomentTail(withTrueScale(value / units, { steepness, degrees }), law);
  };
  return [tail(largest ** 2, laws.kolmogorov_smirnov), tail(square, laws.anderson_darling)];
}
