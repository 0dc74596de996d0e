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

/**
 * How much less the shares of two sides vary than they would if every unit had one value: the mean design effect of
 * Rao and Scott (Journal of the American Statistical Association 76, 1981), by which a chi-square statistic is
 * divided. 1 where every unit does have one value, and never above.
 */
export function designEffect(first: UnitSide, second: UnitSide): number {
  const shares = countShares(
    Float64Array.from(first.counts, (count, place) => count + (second.counts[place] as number)),
  );
  let [seen, expected] = [0, 0];
  shares.forEach((share, place) => {
    if (share === 0) return;
    seen += (varianceOfMean(first, place) + varianceOfMean(second, place)) / share;
    expected += (1 - share) * (1 / first.count + 1 / second.count);
  });
  const whole = [first, second].every(({ count, squares }) => {
    return Array.from(squares).reduce((sum, square) => sum + square, 0) > 0.999 * count;
  });
  return whole || expected === 0 ? 1 : Math.min(Math.max(seen / expected, 0.01), 1);
}
