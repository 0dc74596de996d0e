import { countShares } from './count-shares.ts';

export interface UnitSide {
  readonly count: number;
  /** Sum over the units of their shares by place. */
  readonly counts: ArrayLike<number>;
  /** Sum over the units of the squares of these shares. */
  readonly squares: ArrayLike<number>;
}

/** Variance of the mean of the units' shares in one place. */
export function varianceOfMean({ count, counts, squares }: UnitSide, place: number): number {
  const share = (counts[place] as number) / count;
  return Math.max((squares[place] as number) / count - share ** 2, 0) / (count - 1);
}

/** Variance of the difference of two shares if both sides are of one population. */
export function varianceOfPooled(first: UnitSide, second: UnitSide, place: number): number {
  const count = first.count + second.count;
  const add = (a: ArrayLike<number>, b: ArrayLike<number>) => (a[place] as number) + (b[place] as number);
  const share = add(first.counts, second.counts) / count;
  const variance = Math.max(add(first.squares, second.squares) / count - share ** 2, 0);
  return variance * (1 / first.count + 1 / second.count);
}

/**
 * How much less the shares of two sides vary than they would if every unit had one value: the mean design effect of
 * Rao and Scott (Journal of the American Statistical Association 76, 1981), by which a chi-square statistic is
 * divided. 1 where every unit does have one value, and never above. The variances are those of both sides together, as
 * a small side without a rare value seems not to vary; a side with fewer values in its units has more by
 * `excessVariance`.
 */
export function designEffect(first: UnitSide, second: UnitSide): number {
  const shares = countShares(
    Float64Array.from(first.counts, (count, place) => count + (second.counts[place] as number)),
  );
  const spread = 1 / first.count + 1 / second.count;
  let [seen, expected] = [0, 0];
  shares.forEach((share, place) => {
    if (share === 0) return;
    seen += varianceOfPooled(first, second, place) / share;
    expected += (1 - share) * spread;
  });
  const whole = [first, second].every((side) => concentration(side) > 0.999);
  if (whole || expected === 0) return 1;
  const longer =
    (excessVariance(first, second) / first.count + excessVariance(second, first) / second.count) / spread;
  return Math.min(Math.max((seen / expected) * longer, 0.01), 1);
}

/** Mean over the units of the sum of their squared shares: 1 where each has one value. */
function concentration({ count, squares }: UnitSide): number {
  return Array.from(squares).reduce((sum, square) => sum + square, 0) / count;
}

/** How many times more units of one side vary than those of both, all places together; at least 1. */
export function excessVariance(side: UnitSide, other: UnitSide): number {
  const total = side.count + other.count;
  const both = (concentration(side) * side.count + concentration(other) * other.count) / total;
  const alike = Array.from(side.counts).reduce(
    (sum, count, place) => sum + ((count + (other.counts[place] as number)) / total) ** 2,
    0,
  );
  return both > alike ? Math.max((concentration(side) - alike) / (both - alike), 1) : 1;
}
