import type { Detector } from './detector.ts';
import type { SequentialDetector } from './sequential.ts';

export type KindName = 'embedding' | 'category' | 'number' | 'score' | 'text';

/** What every fit has, whatever its kind. */
export interface AnyFit {
  /** Names everything that sums depend on: the id of every sketch made with this fit. */
  readonly id: string;
}

/**
 * A kind of feature: how its values become sketches that merge, and which detectors judge those.
 *
 * Contract (checked for every kind by `test/contracts/kind.ts`):
 * - `createFit` depends on its request alone. Values of the fit are in neither the reference nor a window.
 * - `parseFit(serialiseFit(fit))` is the fit, with the same id; damaged text is a DetectorError `bad_fit`.
 * - `measure` gives whole numbers: the mean over the values of the unit, in fixed point. Measuring is a pure
 *   function of the unit, the same to the bit on every machine. The order of the values does not matter.
 * - Sums of units are a sketch: exact, whatever the order and the split.
 */
export interface FeatureKind<Value, Fit extends AnyFit> {
  readonly name: KindName;
  /** Fewest units a fit can be made from. */
  readonly fit_units_min: number;
  /** Length of `Sketch.sums` for a fit. */
  sumsLength(fit: Fit): number;
  /** @throws DetectorError too_few_rows, bad_vector */
  createFit(request: FitRequest<Value>): Fit;
  serialiseFit(fit: Fit): string;
  /** @throws DetectorError bad_fit */
  parseFit(text: string): Fit;
  createMeasure(fit: Fit): Measure<Value>;
  readonly detectors: readonly Detector<Fit>[];
  /** Detectors that go on from window to window; they may be none. */
  readonly sequential: readonly SequentialDetector<Fit>[];
}

export interface FitRequest<Value> {
  /** Encoder and the like: what values of unlike sources must not share. */
  readonly source: string;
  readonly units: readonly (readonly Value[])[];
  readonly seed?: number;
}

/**
 * What a unit adds to the sums of a sketch. The array is used again by the next call: copy or add it at once.
 * @throws DetectorError bad_vector for a value the fit cannot measure; then nothing was measured
 */
export type Measure<Value> = (unit: readonly Value[]) => Float64Array;
