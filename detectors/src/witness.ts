import type { Comparison } from './families/family.ts';
import { kernel_section } from './sketches/layout.ts';
import { createFeatureMap } from './sketches/random-features.ts';

/**
 * How much each vector speaks for the window rather than for the reference: the witness function of the kernel
 * mean difference (Gretton et al., JMLR 13, 2012, section 2.3). The vectors with the highest values are examples
 * of what is new.
 */
export function witness(
  { fit, reference, current }: Comparison,
  vectors: readonly Float32Array[],
): Float64Array {
  const featureMap = createFeatureMap(fit);
  const features = new Float64Array(kernel_section.length);
  const direction = features.map(
    (_, i) => (current.sums[i] as number) / current.count - (reference.sums[i] as number) / reference.count,
  );
  return Float64Array.from(vectors, (vector) => {
    featureMap(vector, features);
    return features.reduce((sum, value, i) => sum + value * (direction[i] as number), 0);
  });
}
