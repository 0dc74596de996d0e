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
import { cloud } from '../../detectors/support/gaussian.ts';

const dimension = 384;
const rows = 10_000;

/** Measures what drift detection costs, one line for each figure. */
export async function run(): Promise<string[]> {
  const known = cloud({ count: 2_000, dimension, seed: 1 });
  const vectors = cloud({ count: rows, dimension, seed: 2 });
  const [fit_ms, fit] = fastest(3, () => createFit({ encoder: 'bench', dimension, vectors: known }));
  const [sketch_ms, reference] = fastest(5, () => sketchVectors(fit, vectors));
  const current = sketchVectors(fit, vectors.slice(0, 500));
  const request = { fit, reference, current, alpha: 0.001, tolerance: 0.02 };
  const verdicts = detectors.map((detector) => {
    const [detect_ms] = fastest(50, () => detector.detect(request));
    return `${detector.name}: ${detect_ms.toFixed(2)} ms per verdict`;
  });
  return [
    `fit: ${fit_ms.toFixed(0)} ms for ${known.length} x ${dimension} vectors`,
    `sketch: ${sketch_ms.toFixed(0)} ms per ${rows} x ${dimension} vectors (target <= 1000)`,
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

function fastest<T>(times: number, work: () => T): [number, T] {
  let best_ms = Infinity;
  let result = work();
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    result = work();
    best_ms = Math.min(best_ms, performance.now() - start);
  }
  return [best_ms, result];
}

if (import.meta.main) for (const line of await run()) console.log(line);
