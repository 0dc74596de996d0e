import { createFit, createSketcher, emptySketch, type Sketch } from '@sextant/detectors';
import { embeddingOnline } from '../../../detectors/src/sequential/embedding-online.ts';
import { sequentialContract } from '../../contracts/sequential.ts';
import { cloud } from '../support/gaussian.ts';

const dimension = 16;
const fit = createFit({ encoder: 'test', dimension, vectors: cloud({ count: 800, dimension, seed: 1 }) });
const sketcher = createSketcher(fit);

function sketchesOf(count: number, size: number, options: { seed: number; shift?: number }): Sketch[] {
  const vectors = cloud({ count: count * size, dimension, ...options });
  return Array.from({ length: count }, (_, index) => {
    const sketch = emptySketch(fit);
    for (const vector of vectors.slice(index * size, (index + 1) * size)) sketcher.add(vector, [sketch]);
    return sketch;
  });
}

sequentialContract({
  name: 'embedding-online',
  detector: embeddingOnline,
  fit,
  reference: sketchesOf(1, 3_000, { seed: 2 })[0] as Sketch,
  same: sketchesOf(40, 50, { seed: 3 }),
  other: sketchesOf(12, 50, { seed: 4, shift: 1 }),
});
