import type { ProcessLaws } from '../sketches/fit-process-laws.ts';

export interface DistributionSide {
  readonly count: number;
  /** Units by bin, in ascending order of the bins. */
  readonly counts: Float64Array;
  /** Sums of the units' squared shares at or below the end of each bin but the last. */
  readonly squares: Float64Array;
}

/** Have these two one distribution? */
export interface DistributionQuestion {
  readonly reference: DistributionSide;
  readonly current: DistributionSide;
  /** How often the lower end of the share may be above the truth; likewise the upper end below it. */
  readonly alpha: number;
  /** Of the fit's units, where they have several values. */
  readonly laws: ProcessLaws | null;
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
