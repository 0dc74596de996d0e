import { countShares } from './count-shares.ts';

/**
 * Jensen–Shannon divergence in bits, 0 to 1 (Lin, IEEE Transactions on Information Theory 37, 1991): half the
 * Kullback–Leibler divergence of each from their mean.
 */
export function jensenShannon(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  const half = (share: number, mean: number) => (share > 0 ? (share / 2) * Math.log2(share / mean) : 0);
  return p.reduce((sum, share, i) => {
    const mean = (share + (q[i] as number)) / 2;
    return sum + half(share, mean) + half(q[i] as number, mean);
  }, 0);
}
