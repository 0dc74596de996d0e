import { countShares } from './count-shares.ts';

/**
 * Cramér–von Mises distance of two samples counted in the same ascending bins: the squared difference of their
 * distribution functions, averaged over the pooled values (Anderson, Annals of Mathematical Statistics 33, 1962,
 * with ties as in Conover 1999). Without the factor nN/(n + N), which is the same for all permutations.
 */
export function cramerVonMises(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  const pooled = countShares(p.map((_, bin) => (first[bin] as number) + (second[bin] as number)));
  let difference = 0;
  return pooled.reduce((sum, weight, bin) => {
    difference += (p[bin] as number) - (q[bin] as number);
    return sum + weight * difference ** 2;
  }, 0);
}
