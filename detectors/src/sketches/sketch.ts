import { SketchMismatchError } from '../errors.ts';
import type { AnyFit } from '../kind.ts';

/**
 * A mergeable summary of units: integer sums, so that merging is exact and the order does not matter. A unit is
 * the values of one conversation, or of one span where there is no conversation.
 *
 * Values are whole numbers below 2^53, kept in a Float64Array because JavaScript adds those fast and exactly.
 */
export interface Sketch {
  /** Source, dimension, seed, version and fit. Sketches merge only when their ids are equal. */
  readonly id: string;
  /** Units summed. */
  readonly count: number;
  readonly sums: Float64Array;
}

/** A sketch that is still being added to. */
export interface GrowingSketch extends Sketch {
  count: number;
}

/** What makes an empty sketch: any kind of feature does. */
interface SketchLayout<Fit extends AnyFit> {
  sumsLength(fit: Fit): number;
}

/** A sketch of no units. */
export function startSketch<Fit extends AnyFit>(kind: SketchLayout<Fit>, fit: Fit): GrowingSketch {
  return { id: fit.id, count: 0, sums: new Float64Array(kind.sumsLength(fit)) };
}

/** Adds what one unit measured, as `createMeasure` of the same fit gave it. */
export function addUnit(sketch: GrowingSketch, measured: Float64Array): void {
  addInto(sketch.sums, measured);
  sketch.count += 1;
}

/**
 * The sketch of the units of both, exactly.
 * @throws SketchMismatchError
 */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  if (a.id !== b.id || a.sums.length !== b.sums.length) throw new SketchMismatchError(a.id, b.id);
  const sums = a.sums.slice();
  addInto(sums, b.sums);
  return { id: a.id, count: a.count + b.count, sums };
}

/** Four at a time, which takes half the time. */
function addInto(sums: Float64Array, added: Float64Array): void {
  const rest = sums.length % 4;
  for (let i = 0; i < rest; i++) sums[i] = (sums[i] as number) + (added[i] as number);
  for (let i = rest; i < sums.length; i += 4) {
    sums[i] = (sums[i] as number) + (added[i] as number);
    sums[i + 1] = (sums[i + 1] as number) + (added[i + 1] as number);
    sums[i + 2] = (sums[i + 2] as number) + (added[i + 2] as number);
    sums[i + 3] = (sums[i + 3] as number) + (added[i + 3] as number);
  }
}
