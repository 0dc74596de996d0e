import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  createFit,
  detectors,
  emptySketch,
  type Fit,
  mergeSketches,
  type Sketch,
  serialiseFit,
  sketchVectors,
} from '@sextant/detectors';
import { benchVectors, dimension, fit_rows, type MeasuringCost, rows, timeMeasuring } from './measuring.ts';

/** Measures what drift detection costs, one line for each figure. */
export async function run(): Promise<string[]> {
  const [cost, plain] = [timeMeasuring(), await withoutSimd()];
  const { known, vectors } = benchVectors();
  const fit = createFit({ encoder: 'bench', dimension, vectors: known });
  const reference = sketchVectors(fit, vectors);
  const current = sketchVectors(fit, vectors.slice(0, 500));
  const request = { fit, reference, current, alpha: 0.001, tolerance: 0.02 };
  const verdicts = detectors.map((detector) => {
    const detect_ms = fastest(50, () => detector.detect(request));
    return `${detector.name}: ${detect_ms.toFixed(2)} ms per verdict`;
  });
  return [
    `fit: ${inBoth(cost, plain, 'fit_ms')} for ${fit_rows} x ${dimension} vectors`,
    `sketch: ${inBoth(cost, plain, 'sketch_ms')} per ${rows} x ${dimension} vectors (target <= 300, <= 1000)`,
    `sketch: ${sameOnBoth(cost, plain) ? 'bit-identical' : 'UNLIKE'} on both paths (target bit-identical)`,
    ...verdicts,
    `sketch: ${reference.sums.byteLength} bytes, whatever the number of vectors (target <= 24576)`,
    `reference: ${serialiseFit(fit).length + reference.sums.byteLength} bytes with its fit (target <= 1572864)`,
    `64 parts, merged backwards: ${sameInParts(fit, vectors, reference) ? 'bit-identical' : 'UNLIKE'} (target bit-identical)`,
  ];
}

function sameInParts(fit: Fit, vectors: readonly Float32Array[], whole: Sketch): boolean {
  const parts = Array.from({ length: 64 }, (_, part) =>
    sketchVectors(
      fit,
      vectors.filter((_, row) => (row * 7_919) % 64 === part),
    ),
  );
  const merged: Sketch = parts.reduceRight(mergeSketches, emptySketch(fit));
  return merged.count === whole.count && merged.sums.every((sum, i) => Object.is(sum, whole.sums[i]));
}

async function withoutSimd(): Promise<MeasuringCost> {
  const worker = new Worker(new URL('./measuring-without-simd.ts', import.meta.url));
  const [cost] = (await once(worker, 'message')) as [MeasuringCost];
  return cost;
}

function inBoth(cost: MeasuringCost, plain: MeasuringCost, figure: 'fit_ms' | 'sketch_ms'): string {
  const [here, there] = [cost, plain].map((of) => `${of[figure].toFixed(0)} ms with ${of.path}`);
  return `${here}, ${there} (${(plain[figure] / cost[figure]).toFixed(1)} x)`;
}

function sameOnBoth(cost: MeasuringCost, plain: MeasuringCost): boolean {
  return (
    cost.path !== plain.path &&
    cost.fit_id === plain.fit_id &&
    cost.sums.every((sum, i) => Object.is(sum, plain.sums[i]))
  );
}

function fastest(times: number, work: () => unknown): number {
  let best_ms = Infinity;
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    work();
    best_ms = Math.min(best_ms, performance.now() - start);
  }
  return best_ms;
}

if (import.meta.main) for (const line of await run()) console.log(line);
