import type { Moved } from '../detector.ts';
import { countShares } from '../statistics/count-shares.ts';
import {
  designEffect,
  type UnitSide,
  varianceOfMean,
  varianceOfPooled,
} from '../statistics/design-effect.ts';
import { withTrueScale } from '../statistics/estimated-scale.ts';
import { gStatistic } from '../statistics/g-statistic.ts';
import { cumulantsOf, sequentialTails } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { type Cumulants, threeMomentTail } from '../statistics/three-moment-tail.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { type Finding, intervalZ, reference_deviations, withinShares } from './family.ts';

const draws = 1000;
/** From so many expected units of a place on, their number is as good as normal. */
const dense_min = 10;
/** Below this many expected units anywhere the chi-square law is not to be trusted (Cochran, Biometrics 10, 1954). */
const expected_min = 5;

export interface MixQuestion {
  readonly reference: UnitSide;
  readonly current: UnitSide;
  readonly alpha: number;
  /** Of the fit's units: see `fitUnevenness`. Of two places it is 1. */
  readonly unevenness?: number;
}

/**
 * Has the mix of values changed? G-test of the units' shares, with the chi-square law, or permutations where a
 * value is rare. Units of several values vary less than units of one, so G is divided by the mean design effect, and
 * its law is as much wider as the fit's units say.
 *
 * The share is the total variation distance: the least share of units that would have to be of another value. What
 * chance adds to it is taken off place by place. A sum of shares with signs varies at most as one of units that
 * are each in one of two places, so its deviation is at most ½·√(1/n) for the window, and likewise the reference.
 */
export function compareMix(question: MixQuestion): Finding {
  const { reference, current } = question;
  const effect = designEffect(reference, current);
  const [first, second] = [reference, current].map(({ counts }) =>
    Float64Array.from(counts, (count) => count / effect),
  ) as [Float64Array, Float64Array];
  const statistic = gStatistic(first, second);
  const sparse = isSparse(first, second);
  const p =
    effect < 1
      ? severalValuesTail(
          statistic,
          sparse ? permutedLaw(first, second) : chiSquareLaw(first, second),
          question,
        )
      : sparse
        ? (sequentialTails([statistic], permutedStatistics(first, second))[0] as number)
        : chiSquareTail(statistic, chiSquareLaw(first, second));
  return { statistic, p, ...totalVariation(question) };
}

function isSparse(first: Float64Array, second: Float64Array): boolean {
  const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);
  const part = Math.min(total(first), total(second)) / (total(first) + total(second));
  return first.some((count, place) => {
    const both = count + (second[place] as number);
    return both > 0 && both * part < expected_min;
  });
}

function* permutedStatistics(first: Float64Array, second: Float64Array): Generator<readonly number[]> {
  for (const draw of permutedCounts({ first, second, draws, dense_min })) {
    yield [gStatistic(draw.first, draw.second)];
  }
}

function permutedLaw(first: Float64Array, second: Float64Array): Cumulants {
  return cumulantsOf(Float64Array.from([...permutedStatistics(first, second)].flat()));
}

/** By Williams' correction (Biometrika 63, 1976) G is larger than a chi-square variable by a factor. */
function chiSquareLaw(first: Float64Array, second: Float64Array): Cumulants {
  const pooled = first.map((count, place) => count + (second[place] as number)).filter((count) => count > 0);
  const degrees = pooled.length - 1;
  const sum = (values: Float64Array, of = (value: number) => value) =>
    values.reduce((so_far, value) => so_far + of(value), 0);
  const total = sum(pooled);
  const margins = total * (1 / sum(first) + 1 / sum(second)) - 1;
  const places = total * sum(pooled, (count) => 1 / count) - 1;
  const factor = degrees > 0 ? 1 + (margins * places) / (6 * total * degrees) : 1;
  return { mean: degrees * factor, variance: 2 * degrees * factor ** 2, third: 8 * degrees * factor ** 3 };
}

function chiSquareTail(statistic: number, law: Cumulants): number {
  return law.variance > 0 ? threeMomentTail(statistic, law) : 1;
}

/** The design effect by which the statistic was divided is known from the units at hand only. */
function severalValuesTail(
  statistic: number,
  { mean, variance, third }: Cumulants,
  { reference, current, unevenness = 1 }: MixQuestion,
): number {
  if (!(variance > 0)) return 1;
  const law = { mean, variance: variance * unevenness, third: third * unevenness ** 2 };
  const [n, m] = [current.count, reference.count];
  const error = ((m / (n + m)) ** 2 / (n - 1) + (n / (n + m)) ** 2 / (m - 1)) * (law.variance / mean ** 2);
  const steepness = (2 * law.variance * mean) / law.third;
  return threeMomentTail(mean * withTrueScale(statistic / mean, { steepness, degrees: 2 / error }), law);
}

function totalVariation({ reference, current, alpha }: MixQuestion) {
  const [before, after] = [countShares(reference.counts), countShares(current.counts)];
  const estimate = before.reduce((sum, share, place) => {
    const deviation = Math.sqrt(varianceOfMean(reference, place) + varianceOfMean(current, place));
    return sum + withoutNoise((after[place] as number) - share, deviation) / 2;
  }, 0);
  const margin =
    (intervalZ({ alpha }) / Math.sqrt(current.count) + reference_deviations / Math.sqrt(reference.count)) / 2;
  return {
    share: withinShares(estimate),
    share_low: withinShares(estimate - margin),
    share_high: withinShares(estimate + margin),
  };
}

/** Places whose shares moved by the most standard errors, farthest first. */
export function movedPlaces(
  { reference, current }: Omit<MixQuestion, 'alpha'>,
  nameOf: (place: number) => string,
): Moved[] {
  return Array.from(reference.counts, (count, place) => {
    const [before, after] = [count / reference.count, (current.counts[place] as number) / current.count];
    const error = Math.sqrt(varianceOfPooled(reference, current, place));
    return { name: nameOf(place), before, after, z: error > 0 ? (after - before) / error : 0 };
  })
    .filter(({ z }) => z !== 0)
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || (a.name < b.name ? -1 : 1))
    .slice(0, moved_max);
}

const moved_max = 10;
