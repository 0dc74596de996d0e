import { upperIncompleteGamma } from './incomplete-gamma.ts';

/**
 * Probability that a standard normal variable exceeds z: half of Q(1/2, z²/2) for positive z (Abramowitz and
 * Stegun 26.2.29 with 6.5.17). Accurate far into the tail, where tables end.
 */
export function normalTail(z: number): number {
  const half = upperIncompleteGamma(0.5, (z * z) / 2) / 2;
  return z >= 0 ? half : 1 - half;
}
