import { SketchMismatchError } from '../errors.ts';
import type { Fit } from './fit.ts';
import { layoutOf } from './layout.ts';
import { createMeasure } from './measure.ts';
import { addUnit, type GrowingSketch, type Sketch, startSketch } from './sketch.ts';

export interface Sketcher {
  /**
   * Adds a vector, as a unit of its own, to each of the sketches; it is measured once, however many they are.
   * @throws DetectorError bad_vector, SketchMismatchError; then nothing has been added
   */
  add(vector: Float32Array, sketches: readonly GrowingSketch[]): void;
}

/** Keep a sketcher for as long as there are vectors of its fit: making one takes as long as some fifty vectors. */
export function createSketcher(fit: Fit): Sketcher {
  const measure = createMeasure(fit);
  return {
    add(vector, sketches) {
      for (const sketch of sketches)
        if (sketch.id !== fit.id) throw new SketchMismatchError(fit.id, sketch.id);
      const measured = measure([vector]);
      for (const sketch of sketches) addUnit(sketch, measured);
    },
  };
}

export function emptySketch(fit: Fit): GrowingSketch {
  return startSketch({ sumsLength: (of: Fit) => layoutOf(of).length }, fit);
}

/**
 * The sketch of some units: the sum of what each measures, whatever their order.
 * @throws DetectorError bad_vector
 */
export function sketchUnits(fit: Fit, units: Iterable<readonly Float32Array[]>): Sketch {
  const measure = createMeasure(fit);
  const sketch = emptySketch(fit);
  for (const unit of units) addUnit(sketch, measure(unit));
  return sketch;
}

/**
 * The sketch of some vectors, each a unit of its own.
 * @throws DetectorError bad_vector
 */
export function sketchVectors(fit: Fit, vectors: Iterable<Float32Array>): Sketch {
  return sketchUnits(
    fit,
    Array.from(vectors, (vector) => [vector]),
  );
}
