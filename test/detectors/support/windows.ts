import { createSketcher, emptySketch, type Fit, type Sketch } from '@sextant/detectors';
import { createRandom, type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';

/** What each vector adds to a sketch, measured once so that thousands of windows can be put together quickly. */
export interface Measured {
  readonly fit: Fit;
  readonly rows: readonly Int32Array[];
}

export function measure(fit: Fit, vectors: readonly Float32Array[]): Measured {
  const sketcher = createSketcher(fit);
  const rows = vectors.map((vector) => {
    const sketch = emptySketch(fit);
    sketcher.add(vector, [sketch]);
    return Int32Array.from(sketch.sums);
  });
  return { fit, rows };
}

export interface WindowPlan {
  readonly known: Measured;
  readonly n_reference: number;
  readonly n_current: number;
  /** Share of the window taken from `foreign`. */
  readonly share?: number;
  readonly foreign?: Measured;
}

/** Reference and window from a split of their own: a window never meets the reference of another. */
export function* freshWindows(plan: WindowPlan, count: number, seed: number) {
  const random = createRandom(seed);
  for (let window = 0; window < count; window++) yield freshWindow(plan, random);
}

function freshWindow(plan: WindowPlan, random: RandomSource): { reference: Sketch; current: Sketch } {
  const { known, n_reference, n_current, share = 0, foreign = known } = plan;
  const n_foreign = Math.round(n_current * share);
  const rows = shuffled(known.rows, random);
  return {
    reference: sum(known.fit, rows.slice(0, n_reference)),
    current: sum(known.fit, [
      ...rows.slice(n_reference, n_reference + n_current - n_foreign),
      ...shuffled(foreign.rows, random).slice(0, n_foreign),
    ]),
  };
}

export function sum(fit: Fit, rows: readonly Int32Array[]): Sketch {
  const sketch = emptySketch(fit);
  for (const row of rows) {
    for (let i = 0; i < row.length; i++) sketch.sums[i] = (sketch.sums[i] as number) + (row[i] as number);
  }
  return { ...sketch, count: rows.length };
}
