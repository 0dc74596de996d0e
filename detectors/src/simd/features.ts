import type { FeatureMap, Frequencies } from '../sketches/random-features.ts';
import type { Kernels } from './platform.ts';
import { createWorkspace } from './workspace.ts';

/** The feature map of these frequencies with vector instructions; null where there are none. */
export function createSimdFeatures(frequencies: Frequencies): FeatureMap | null {
  const { signs, phases, scales } = frequencies;
  const length = (signs[0] as Float64Array).length;
  const count = phases.length / scales.length;
  const workspace = createWorkspace({
    projection: new Float64Array(length),
    masks: signMasks(signs),
    phases,
    features: new Float64Array(phases.length),
  });
  if (workspace === null) return null;
  const { kernels, arrays } = workspace;
  const { projection, masks, features } = arrays;
  const [start, end] = [projection.byteOffset, projection.byteOffset + count * projection.BYTES_PER_ELEMENT];
  return (vector, target) => {
    projection.fill(0, vector.length);
    projection.set(vector);
    for (let round = 0; round < signs.length; round++) {
      flipAndTransform(kernels, projection, masks.byteOffset + round * projection.byteLength);
    }
    scales.forEach((scale, bandwidth) => {
      const offset = bandwidth * (end - start);
      kernels.cosines(start, end, arrays.phases.byteOffset + offset, features.byteOffset + offset, scale);
    });
    target.set(features);
  };
}

/** The steps of `hadamard` in its order, three at a time where they fit. */
function flipAndTransform(kernels: Kernels, values: Float64Array, signs: number): void {
  const start = values.byteOffset;
  const end = start + values.byteLength;
  kernels.flipAndTransformEights(start, end, signs);
  kernels.threeStepsFrom8(start, end);
  kernels.threeStepsFrom64(start, end);
  for (let distance_bytes = 512 * 8; start + distance_bytes < end; distance_bytes *= 2) {
    kernels.oneStep(start, end, distance_bytes);
  }
}

/** What flips the sign of a double when it is xored with it: -0 is the sign bit alone. */
function signMasks(signs: readonly Float64Array[]): Float64Array {
  const length = (signs[0] as Float64Array).length;
  const masks = new Float64Array(signs.length * length);
  signs.forEach((round, index) => {
    for (let i = 0; i < length; i++) masks[index * length + i] = (round[i] as number) < 0 ? -0 : 0;
  });
  return masks;
}
