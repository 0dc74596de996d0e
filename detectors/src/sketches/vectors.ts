import { DetectorError } from '../errors.ts';

export type VectorFault = 'wrong_dimension' | 'not_finite';

/** What makes a vector unfit for a sketch of this dimension, or null. */
export function vectorFault(vector: Float32Array, dimension: number): VectorFault | null {
  if (vector.length !== dimension) return 'wrong_dimension';
  return vector.every(Number.isFinite) ? null : 'not_finite';
}

/** @throws DetectorError bad_vector */
export function checkVector(vector: Float32Array, dimension: number): void {
  const fault = vectorFault(vector, dimension);
  if (fault === 'wrong_dimension') {
    throw new DetectorError('bad_vector', `A vector has ${vector.length} numbers, not ${dimension}.`);
  }
  if (fault === 'not_finite')
    throw new DetectorError('bad_vector', 'A vector holds a number that is not finite.');
}

export function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.sqrt(sum);
}
