import type { AnyFit } from '../kind.ts';
import type { Sketch } from '../sketches/sketch.ts';
import type { Moments } from '../statistics/moments.ts';
import type { Histogram } from '../statistics/quantile-interval.ts';

/** How detectors read the sketches of a kind of feature. Every kind brings its own. */

export interface CategoryReader<Fit extends AnyFit> {
  /** Units by value, the last for values that the fit does not know; in any fixed point. */
  counts(fit: Fit, sketch: Sketch): ArrayLike<number>;
  /**
   * Place among the counts of the value that is a failure, such as `true` of `behaviour.tool_error`; the last place
   * where the fit does not know that value, null where the feature has none.
   */
  failure(fit: Fit): number | null;
}

export interface NumberReader<Fit extends AnyFit> {
  /** Units above the value below which that part of the fit lies, 0 to 1; in units, not fixed point. */
  above(fit: Fit, sketch: Sketch, quantile: number): number;
  /** The values themselves, in bins. */
  histogram(fit: Fit, sketch: Sketch): Histogram;
}

/** For values in [0, 1], such as a judge's scores. */
export interface ScoreReader<Fit extends AnyFit> {
  /** Moments of the units' means, or null where the values are others. */
  moments(fit: Fit, sketch: Sketch): Moments | null;
}
