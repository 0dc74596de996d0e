export interface DistributionSide {
  readonly count: number;
  /** Units by bin, in ascending order of the bins. */
  readonly counts: Float64Array;
  /** Sums of the units' squared shares at or below the end of each bin but the last. */
  readonly squares: Float64Array;
}

/** The side with its counts at or below the end of each bin. */
export function cumulative(side: DistributionSide): DistributionSide {
  let below = 0;
  const counts = side.counts.map((count) => {
    below += count;
    return below;
  });
  return { ...side, counts };
}
