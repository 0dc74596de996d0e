import { countShares } from './count-shares.ts';

/** Largest difference of two shares (Chebyshev distance). */
export function lInfinity(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  return p.reduce((most, share, i) => Math.max(most, Math.abs(share - (q[i] as number))), 0);
}
