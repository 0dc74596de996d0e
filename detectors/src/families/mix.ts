import type { Moved } from '../detector.ts';
import { designEffect, varianceOfPooled } from '../statistics/design-effect.ts';
import { gStatistic } from '../statistics/g-statistic.ts';
import { sequentialTails } from '../statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../statistics/permuted-counts.ts';
import { type Cumulants, threeMomentTail } from '../statistics/three-moment-tail.ts';
import type { Finding } from './family.ts';
import type { MixQuestion } from './mix-question.ts';
import { movedShare } from './mix-share.ts';
import { compareUnitMix } from './unit-mix.ts';

const draws = 1000;
/** From so many expected units of a place on, their number is as good as normal. */
const dense_min = 10;
/** Below this many expected units anywhere the chi-square law is not to be trusted (Cochran, Biometrics 10, 1954). */
const expected_min = 5;

/**
 * Has the mix of values changed? G-test, with the chi-square law, or permutations where a value is rare; where units
 * have several values each, the test of `compareUnitMix`.
 * The share, and its interval, are those of `movedShare`.
 */
export function compareMix(question: MixQuestion): Finding {
  const design_effect = designEffect(question.reference, question.current);
  const tested = design_effect < 1 ? compareUnitMix(question) : compareSingleValues(question);
  return { ...tested, ...movedShare(question, design_effect) };
}

function compareSingleValues({ reference, current }: MixQuestion): Pick<Finding, 'statistic' | 'p'> {
  const [first, second] = [Float64Array.from(reference.counts), Float64Array.from(current.counts)];
  const statistic = gStatistic(first, second);
  const p = isSparse(first, second)
    ? (sequentialTails([statistic], permutedStatistics(first, second))[0] as number)
    : chiSquareTail(statistic, chiSquareLaw(first, second));
  return { statistic, p };
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
