/** Counts by place as shares of their sum; nothing is shares of 0. */
export function countShares(counts: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(counts);
  const total = shares.reduce((sum, count) => sum + count, 0);
  return total === 0 ? shares : shares.map((count) => count / total);
}
