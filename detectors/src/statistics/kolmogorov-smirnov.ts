import { countShares } from './count-shares.ts';

/**
 * Largest distance of two distribution functions, from counts in the same ascending bins (Kolmogorov 1933, Smirnov
 * 1939; Conover, "Practical nonparametric statistics", 1999, section 6.3): exact where a bin holds one value.
 */
export function kolmogorovSmirnov(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  let difference = 0;
  let largest = 0;
  p.forEach((share, bin) => {
    difference += share - (q[bin] as number);
    largest = Math.max(largest, Math.abs(difference));
  });
  return largest;
}
