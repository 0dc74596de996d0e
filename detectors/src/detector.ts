import type { Sketch } from './sketches/sketch.ts';

/**
 * A detector compares a window with a reference.
 *
 * Contract (checked for every detector by `test/contracts/detector.ts`):
 * - Pure: same input, same verdict, bit for bit; no clock, no randomness that is not seeded by its input.
 * - The order in which the sketches were merged does not matter.
 * - Sketches of unlike ids are an error (`SketchMismatchError`), never a verdict.
 * - Too little evidence, fewer than 30 units on a side at least, is a verdict that did not drift, with p null
 *   and "too little evidence" in `why`.
 * - `effect` is between `effect_low` and `effect_high`, and at most 1: with a tolerance of 1 nothing drifts, and
 *   `why` then says that the effect "counts as nothing".
 * - `why` is a sentence: it begins with a capital and ends with a full stop.
 */
export interface Detector<Fit = unknown> {
  readonly name: string;
  detect(request: DetectRequest<Fit>): Verdict;
}

export interface DetectRequest<Fit> {
  /** What the sketches were made with. */
  readonly fit: Fit;
  readonly reference: Sketch;
  readonly current: Sketch;
  /** False-alarm rate for one window. */
  readonly alpha: number;
  /** Effects up to here count as nothing, in the unit of `effect`. */
  readonly tolerance: number;
}

export interface Verdict {
  readonly detector: string;
  readonly n_reference: number;
  readonly n_current: number;
  readonly statistic: number | null;
  readonly p: number | null;
  readonly effect: number | null;
  readonly effect_low: number | null;
  readonly effect_high: number | null;
  readonly drifted: boolean;
  /** One sentence for a person. */
  readonly why: string;
  /** Known measures of the shift by name, each beside what it would be without drift: `psi` and `psi_expected`. */
  readonly measures?: Readonly<Record<string, number | null>>;
  /** What moved most, farthest first. */
  readonly moved?: readonly Moved[];
}

/** A value, a bin, a language … whose share of the units moved. */
export interface Moved {
  readonly name: string;
  /** Share of the reference's units. */
  readonly before: number;
  /** Share of the window's units. */
  readonly after: number;
  /** The difference in standard errors of units. */
  readonly z: number;
}
