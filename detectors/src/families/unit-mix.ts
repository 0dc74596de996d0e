import { categoryTraces } from '../statistics/category-traces.ts';
import { excessVariance, type UnitSide } from '../statistics/design-effect.ts';
import type { MixQuestion } from './mix-question.ts';
import { type Side, squaredDistance } from './squared-distance.ts';

/**
 * Has the mix of values of units changed that have several each? Pearson's chi-square of their shares without what
 * the units add to it one by one, in standard deviations: its mean is 0 and its variance known, however rare a value
 * is. How the units of either side vary is seen at hand; that some mixes of values vary more than others is `unevenness`.
 */
export function compareUnitMix({ reference, current, unevenness = 1 }: MixQuestion): {
  statistic: number;
  p: number;
} {
  const total = reference.count + current.count;
  const sum = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Float64Array.from(a, (value, place) => (value + (b[place] as number)) / total);
  const shares = sum(reference.counts, current.counts);
  const squares = sum(reference.squares, current.squares);
  const weights = shares.map((share) => (share > 0 ? 1 / share : 0));
  // A small side without a rare value seems not to vary there: the units of both sides say by how much they do.
  const pooled =
    (weights.reduce((so_far, weight, place) => {
      return so_far + weight * ((squares[place] as number) - (shares[place] as number) ** 2);
    }, 0) *
      total) /
    (total - 1);
  const { second, third, ...others } = categoryTraces(shares, weights);
  // Of eigenvalues of mean 1 that are spread like a gamma variable; none can be above their number.
  const steepness = unevenness * Math.min(2 * unevenness - 1, Math.max(shares.filter(Boolean).length - 1, 1));
  const traces = { ...others, second: second * unevenness, third: third * steepness };
  const { estimate, deviation, p } = squaredDistance(
    { ...sideOf(current, weights), variance: pooled * excessVariance(current, reference) },
    { ...sideOf(reference, weights), variance: pooled * excessVariance(reference, current) },
    { traces },
  );
  return { statistic: deviation > 0 ? estimate / deviation : 0, p };
}

function sideOf({ count, counts, squares }: UnitSide, weights: Float64Array): Side {
  return {
    count,
    mean: weights.map((weight, place) => ((counts[place] as number) / count) * Math.sqrt(weight)),
    mean_square: weights.reduce((sum, weight, place) => sum + weight * (squares[place] as number), 0) / count,
  };
}
