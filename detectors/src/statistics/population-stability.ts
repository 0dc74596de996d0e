import { countShares } from './count-shares.ts';

/** Shares below this count as this, as half a unit in the smaller sample would: PSI has a logarithm of 0 else. */
const half = 0.5;

/**
 * Population stability index, Σ (p - q)·ln(p / q) (Siddiqi, "Credit risk scorecards", 2006), with half a unit in
 * empty places. Places empty on both sides are left out.
 */
export function populationStability(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  const [a, b] = [first, second].map((counts) => half / Array.from(counts).reduce((sum, x) => sum + x, 0));
  return p.reduce((sum, share, i) => {
    const other = q[i] as number;
    if (share + other === 0) return sum;
    const [x, y] = [Math.max(share, a as number), Math.max(other, b as number)];
    return sum + (x - y) * Math.log(x / y);
  }, 0);
}
