import { fixed_point } from './layout.ts';

/** A number as a whole multiple of 1 / 2^20, halves upwards. */
export function toFixedPoint(value: number): number {
  return Math.floor(value * fixed_point + 0.5);
}

/** Turns the counts of a unit's values into its shares, in fixed point. */
export function countsToShares(counts: Float64Array, values: number): void {
  for (let i = 0; i < counts.length; i++) {
    // Most counts of a unit are 0, and stay it.
    if (counts[i] !== 0) counts[i] = toFixedPoint((counts[i] as number) / values);
  }
}

/** Writes the squares of shares in fixed point, in fixed point: what makes variances those of units. */
export function squareShares(shares: Float64Array, target: Float64Array): void {
  for (let i = 0; i < shares.length; i++) {
    const share = (shares[i] as number) / fixed_point;
    target[i] = share === 0 ? 0 : toFixedPoint(share * share);
  }
}
