import type { ProcessLaws } from '../sketches/fit-process-laws.ts';

/** What is known of one of two samples of numbers that were counted in bins. */
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
  readonly alpha: number;
  /** Of the fit's units, where they have several values. */
  readonly laws: ProcessLaws | null;
}
