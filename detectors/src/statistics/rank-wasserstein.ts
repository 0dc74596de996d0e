import { countShares } from './count-shares.ts';

/**
 * Wasserstein distance of two samples on the scale of mid-ranks, on which both together are uniform from 0 to 1:
 * the area between their distribution functions (Vallender, Theory of Probability and its Applications 18, 1974).
 * Each sample has half the weight. Doubled, so that samples that nowhere overlap are 1 apart; where one lies
 * above the other everywhere it is |P(X > Y) - P(X < Y)|, Cliff's delta.
 */
export function rankWasserstein(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const [p, q] = [countShares(first), countShares(second)];
  const widths = rankWidths(p, q);
  let difference = 0;
  return (
    2 *
    widths.reduce((sum, width, bin) => {
      difference += (p[bin] as number) - (q[bin] as number);
      return sum + width * Math.abs(difference);
    }, 0)
  );
}

/** Distance on the rank scale from the middle of each bin to that of the next. */
export function rankWidths(p: Float64Array, q: Float64Array): Float64Array {
  const weights = p.map((share, bin) => (share + (q[bin] as number)) / 2);
  return weights.map((weight, bin) =>
    bin + 1 < weights.length ? (weight + (weights[bin + 1] as number)) / 2 : 0,
  );
}
