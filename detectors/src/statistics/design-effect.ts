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
 * divided. 1 where every unit does have one value, and never above. Of the variances of the two sides and that of both
 * together the larger counts: a small side by chance without a rare value seems not to vary.
 */
export function designEffect(first: UnitSide, second: UnitSide): number {
  const shares = countShares(
    Float64Array.from(first.counts, (count, place) => count + (second.counts[place] as number)),
  );
  let [seen, pooled, expected] = [0, 0, 0];
  shares.forEach((share, place) => {
    if (share === 0) return;
    seen += (varianceOfMean(first, place) + varianceOfMean(second, place)) / share;
    pooled += varianceOfPooled(first, second, place) / share;
    expected += (1 - share) * (1 / first.count + 1 / second.count);
  });
  const whole = [first, second].every(({ count, squares }) => {
    return Array.from(squares).reduce((sum, square) => sum + square, 0) > 0.999 * count;
  });
  return whole || expected === 0 ? 1 : Math.min(Math.max(seen / expected, pooled / expected, 0.01), 1);
}
