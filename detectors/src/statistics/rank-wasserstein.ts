/**
 * Wasserstein distance of two samples on the scale of mid-ranks, on which a population is uniform from 0 to 1: the
 * area between their distribution functions (Vallender, Theory of Probability and its Applications 18, 1974), from
 * their difference at the end of each bin and the `widths` that `rankWidths` gives. Doubled: where the scale gives
 * both samples half the weight, samples that nowhere overlap are 1 apart, and where one lies above the other
 * everywhere it is |P(X > Y) - P(X < Y)|, Cliff's delta.
 */
export function rankWasserstein(difference: Float64Array, widths: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < difference.length; bin++) {
    sum += (widths[bin] as number) * Math.abs(difference[bin] as number);
  }
  return 2 * sum;
}

/** Distance on the scale of mid-ranks from the middle of each bin to that of the next, for shares by bin. */
export function rankWidths(shares: Float64Array): Float64Array {
  return shares.map((share, bin) =>
    bin + 1 < shares.length ? (share + (shares[bin + 1] as number)) / 2 : 0,
  );
}
