import { probit } from 'simple-statistics';
import type { Fit } from '../sketches/fit.ts';
import type { Sketch } from '../sketches/sketch.ts';

/** One way in which two sets of vectors can differ, with its own test and estimate. */
export interface Finding {
  readonly statistic: number;
  readonly p: number;
  /** Share of the window that drifted, from 0 to 1, with an interval. */
  readonly share: number;
  readonly share_low: number;
  readonly share_high: number;
}

export interface Comparison {
  readonly fit: Fit;
  readonly reference: Sketch;
  readonly current: Sketch;
}

export interface Question extends Comparison {
  /** False-alarm rate for one window. */
  readonly alpha: number;
}

/**
 * Normal quantile of either end of an interval of 90 %: the lower end alone holds in 95 of 100 cases. Enough for a
 * share that counts vectors, which the error of a reference moves by less than any tolerance of use.
 */
export const interval_z = 1.6448536269514722;

/**
 * A share read off a squared distance is large for small distances: it must not take the luck of a reference for
 * drift. A reference is drawn once and its error is the same in every window: an interval allows for three standard
 * deviations of it, whatever the luck of the draw, before it allows for the error of the window.
 */
export const reference_deviations = 3;

/** Three bandwidths, two levels of clusters and novelty: the clearest may be any of them. */
const tests = 6;

/** How often either end of such an interval may be wrong: those of all tests hold at once (Bonferroni). */
export function endError({ alpha }: { readonly alpha: number }): number {
  return alpha / tests;
}

/** Normal quantile that is exceeded with this probability. */
export function errorQuantile(error: number): number {
  return probit(1 - Math.min(Math.max(error, 1e-9), 0.5));
}

export function withinShares(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}
