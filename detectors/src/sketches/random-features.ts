import { createSimdFeatures } from '../simd/features.ts';
import { cosineOfTurns } from './cosine.ts';
import { hadamard, nextPowerOfTwo } from './hadamard.ts';
import { bandwidths, features_per_bandwidth, fixed_point } from './layout.ts';
import { createRandom } from './random.ts';

const sign_rounds = 3;
const turns_per_radian = 0.15915494309189535;

export interface FeatureOptions {
  readonly dimension: number;
  readonly seed: number;
  /** Median distance between two vectors: the unit of the bandwidths. */
  readonly median_distance: number;
}

/**
 * Writes the random Fourier features of a vector, as whole multiples of 1 / 2^20, to the start of `target`.
 * The same seed gives the same integers on every machine.
 */
export type FeatureMap = (vector: Float32Array, target: Float64Array) => void;

/** What a feature map multiplies and adds. */
export interface Frequencies {
  /** Of each round: 1 or -1 for each number of the projection, whose length is a power of two. */
  readonly signs: readonly Float64Array[];
  /** In turns, one for each feature. */
  readonly phases: Float64Array;
  /** Of each bandwidth: turns per unit of the projection. */
  readonly scales: readonly number[];
}

/**
 * Random Fourier features of Gaussian kernels (Rahimi and Recht, NIPS 2007) with structured orthogonal
 * frequencies: three rounds of random signs and Hadamard transform take the place of a random matrix (Yu et al.,
 * "Orthogonal random features", NIPS 2016). All bandwidths share one projection.
 */
export function createFeatureMap(options: FeatureOptions): FeatureMap {
  const frequencies = drawFrequencies(options);
  return createSimdFeatures(frequencies) ?? createPlainFeatures(frequencies);
}

export function drawFrequencies({ dimension, seed, median_distance }: FeatureOptions): Frequencies {
  const length = nextPowerOfTwo(Math.max(dimension, features_per_bandwidth));
  const random = createRandom(seed);
  const signs = Array.from({ length: sign_rounds }, () =>
    new Float64Array(length).map(() => (random() & 1 ? 1 : -1)),
  );
  const phases = new Float64Array(features_per_bandwidth * bandwidths.length).map(() => random() / 2 ** 32);
  const scales = bandwidths.map((width) => turns_per_radian / (width * median_distance * length));
  return { signs, phases, scales };
}

/** The feature map in plain JavaScript: the definition, which `createSimdFeatures` meets to the last bit. */
export function createPlainFeatures({ signs, phases, scales }: Frequencies): FeatureMap {
  const projection = new Float64Array((signs[0] as Float64Array).length);
  return (vector, target) => {
    projection.fill(0);
    projection.set(vector);
    for (const round of signs) flipAndTransform(projection, round);
    scales.forEach((scale, bandwidth) => {
      const start = bandwidth * features_per_bandwidth;
      for (let i = 0; i < features_per_bandwidth; i++) {
        const turns = (projection[i] as number) * scale + (phases[start + i] as number);
        target[start + i] = Math.floor(cosineOfTurns(turns) * fixed_point + 0.5);
      }
    });
  };
}

function flipAndTransform(values: Float64Array, signs: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * (signs[i] as number);
  hadamard(values);
}
