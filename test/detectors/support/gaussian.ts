import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';

/** A standard normal number by the method of Box and Muller. */
export function gaussian(random: RandomSource): number {
  const radius = Math.sqrt(-2 * Math.log((random() + 1) / 2 ** 32));
  return radius * Math.cos((2 * Math.PI * random()) / 2 ** 32);
}

export interface CloudOptions {
  readonly count: number;
  readonly dimension: number;
  readonly seed: number;
  /** Mean of every coordinate. */
  readonly shift?: number;
}

/** Vectors of independent normal numbers. */
export function cloud({ count, dimension, seed, shift = 0 }: CloudOptions): Float32Array[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () =>
    Float32Array.from({ length: dimension }, () => gaussian(random) + shift),
  );
}
