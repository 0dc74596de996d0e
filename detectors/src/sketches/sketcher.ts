import { SketchMismatchError } from '../errors.ts';
import { createNearestDistance } from './centres.ts';
import type { Fit } from './fit.ts';
import { novelty_section, sums_length } from './layout.ts';
import { binOf } from './novelty-bins.ts';
import { createFeatureMap } from './random-features.ts';
import type { Sketch } from './sketch.ts';
import { checkVector } from './vectors.ts';

/** A sketch that is still being added to. */
export interface GrowingSketch extends Sketch {
  count: number;
}

export interface Sketcher {
  /**
   * Adds a vector to each of the sketches; it is measured once, however many they are.
   * @throws DetectorError bad_vector, SketchMismatchError; then nothing has been added
   */
  add(vector: Float32Array, sketches: readonly GrowingSketch[]): void;
}

/** Keep a sketcher for as long as there are vectors of its fit: making one takes as long as a few vectors. */
export function createSketcher(fit: Fit): Sketcher {
  const featureMap = createFeatureMap(fit);
  const nearest = createNearestDistance(fit.centres);
  const measured = new Float64Array(sums_length);
  return {
    add(vector, sketches) {
      checkVector(vector, fit.dimension);
      for (const sketch of sketches)
        if (sketch.id !== fit.id) throw new SketchMismatchError(fit.id, sketch.id);
      measured.fill(0, novelty_section.start);
      featureMap(vector, measured);
      measured[novelty_section.start + binOf(nearest(vector), fit.bin_edges)] = 1;
      for (const sketch of sketches) {
        addInto(sketch.sums, measured);
        sketch.count += 1;
      }
    },
  };
}

export function emptySketch(fit: Pick<Fit, 'id'>): GrowingSketch {
  return { id: fit.id, count: 0, sums: new Float64Array(sums_length) };
}

/**
 * The sketch of some vectors: the sum of what each measures, whatever their order.
 * @throws DetectorError bad_vector
 */
export function sketchVectors(fit: Fit, vectors: Iterable<Float32Array>): Sketch {
  const sketcher = createSketcher(fit);
  const sketch = emptySketch(fit);
  for (const vector of vectors) sketcher.add(vector, [sketch]);
  return sketch;
}

/**
 * The sketch of the vectors of both, exactly.
 * @throws SketchMismatchError
 */
export function mergeSketches(a: Sketch, b: Sketch): Sketch {
  if (a.id !== b.id || a.sums.length !== b.sums.length) throw new SketchMismatchError(a.id, b.id);
  const sums = a.sums.slice();
  addInto(sums, b.sums);
  return { id: a.id, count: a.count + b.count, sums };
}

function addInto(sums: Float64Array, added: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (added[i] as number);
}
