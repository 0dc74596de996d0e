import type { Fit } from '../sketches/fit.ts';
import type { Sketch } from '../sketches/sketch.ts';

/** Normal quantile of the intervals around effects: 90 %, so that the lower end alone holds in 95 of 100 cases. */
export const interval_z = 1.6448536269514722;

/** One way in which two sets of vectors can differ, with its own test and estimate. */
export interface Finding {
  readonly statistic: number;
  readonly p: number;
  /** Share of the window that drifted, from 0 to 1, with its 90 % interval. */
  readonly share: number;
  readonly share_low: number;
  readonly share_high: number;
}

export interface Comparison {
  readonly fit: Fit;
  readonly reference: Sketch;
  readonly current: Sketch;
}

export function withinShares(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
