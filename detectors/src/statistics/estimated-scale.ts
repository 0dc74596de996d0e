/**
 * A statistic that was divided by an estimated mean, as it would be divided by the true one, with the same tail: as
 * t is to the normal law. Where the estimate varies like a chi-square variable of d degrees over d, a tail of
 * exp(-cx) becomes (1 + 2cx/d)^(-d/2), so x becomes (d/2c)·ln(1 + 2cx/d) (Hotelling's T² with one dimension has this
 * tail exactly; derived here for others).
 */
export function withTrueScale(
  value: number,
  { steepness, degrees }: { readonly steepness: number; readonly degrees: number },
): number {
  const rate = (2 * steepness) / degrees;
  return rate > 0 ? Math.log1p(value * rate) / rate : value;
}
