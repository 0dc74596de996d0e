import type { Moved } from '../detector.ts';
import { countShares } from '../statistics/count-shares.ts';
import { designEffect, type UnitSide, varianceOfMean } from '../statistics/design-effect.ts';
import { gStatistic } from '../statistics/g-statistic.ts';
import { upperIncompleteGamma } from '../statistics/incomplete-gamma.ts';
import { monteCarloTail } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { withoutNoise } from '../statistics/without-noise.ts';
import { type Finding, intervalZ, reference_deviations, withinShares } from './family.ts';

const draws = 500;
/** From so many expected units of a place on, their number is as good as normal. */
const dense_min = 10;
/** Below this many expected units anywhere the chi-square law is not to be trusted (Cochran, Biometrics 10, 1954). */
const expected_min = 5;

export interface MixQuestion {
  readonly reference: UnitSide;
  readonly current: UnitSide;
  readonly alpha: number;
}

/**
 * Has the mix of values changed? G-test of the units' shares, with the chi-square law, or permutations where a
 * value is rare. Units of several values vary less than units of one, so G is divided by the mean design effect.
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
  const p = isSparse(first, second)
    ? permutedTail(statistic, first, second)
    : chiSquareTail(statistic, first, second);
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

function permutedTail(statistic: number, first: Float64Array, second: Float64Array): number {
  const permuted = permutedCounts({ first, second, draws, dense_min });
  // Not Float64Array.from: it takes all draws before it maps the first, and they are one array.
  const drawn = Array.from(permuted, (draw) => gStatistic(draw.first, draw.second));
  return monteCarloTail(statistic, Float64Array.from(drawn));
}

/** With Williams' correction (Biometrika 63, 1976), which brings G closer to the chi-square law. */
function chiSquareTail(statistic: number, first: Float64Array, second: Float64Array): number {
  const pooled = first.map((count, place) => count + (second[place] as number)).filter((count) => count > 0);
  const degrees = pooled.length - 1;
  if (degrees < 1) return 1;
  const sum = (values: Float64Array, of = (value: number) => value) =>
    values.reduce((so_far, value) => so_far + of(value), 0);
  const total = sum(pooled);
  const margins = total * (1 / sum(first) + 1 / sum(second)) - 1;
  const places = total * sum(pooled, (count) => 1 / count) - 1;
  const correction = 1 + (margins * places) / (6 * total * degrees);
  return upperIncompleteGamma(degrees / 2, statistic / correction / 2);
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

/** Variance of the difference of two shares if both sides are of one population. */
function varianceOfPooled(first: UnitSide, second: UnitSide, place: number): number {
  const count = first.count + second.count;
  const add = (a: ArrayLike<number>, b: ArrayLike<number>) => (a[place] as number) + (b[place] as number);
  const share = add(first.counts, second.counts) / count;
  const variance = Math.max(add(first.squares, second.squares) / count - share ** 2, 0);
  return variance * (1 / first.count + 1 / second.count);
}
