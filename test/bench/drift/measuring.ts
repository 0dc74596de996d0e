import { createFit, createSketcher, emptySketch, measuringPath, sketchVectors } from '@sextant/detectors';
import { cloud } from '../../detectors/support/gaussian.ts';

export const dimension = 384;
export const rows = 10_000;
export const fit_rows = 2_000;
const portion_rows = 100;
const passes = 10;

export interface MeasuringCost {
  readonly path: string;
  readonly fit_ms: number;
  /** For all rows. */
  readonly sketch_ms: number;
  readonly fit_id: string;
  readonly sums: Float64Array;
}

export function benchVectors(): { known: Float32Array[]; vectors: Float32Array[] } {
  return {
    known: cloud({ count: fit_rows, dimension, seed: 1 }),
    vectors: cloud({ count: rows, dimension, seed: 2 }),
  };
}

/** What measuring costs on one core, on the path that this process takes. */
export function timeMeasuring(): MeasuringCost {
  const { known, vectors } = benchVectors();
  const create = () => createFit({ encoder: 'bench', dimension, vectors: known });
  const fit = create();
  const fit_ms = Math.min(...Array.from({ length: 5 }, () => timeOf(create)));
  const sketcher = createSketcher(fit);
  let sketch_ms = 0;
  // Portion by portion, the fastest of several passes: others use the machine too.
  for (let start = 0; start < rows; start += portion_rows) {
    const portion = vectors.slice(start, start + portion_rows);
    const sketch = emptySketch(fit);
    const pass = () => {
      for (const vector of portion) sketcher.add(vector, [sketch]);
    };
    sketch_ms += Math.min(...Array.from({ length: passes }, () => timeOf(pass)));
  }
  const { sums } = sketchVectors(fit, vectors);
  return { path: measuringPath(), fit_ms, sketch_ms, fit_id: fit.id, sums };
}

function timeOf(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
