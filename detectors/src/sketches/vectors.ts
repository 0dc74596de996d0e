import { DetectorError } from '../errors.ts';

export type VectorFault = 'wrong_dimension' | 'not_finite' | 'too_large';

/** Numbers of vectors up to here: eight million units of the largest stay below 2^53. */
const magnitude_max = 1_024;

/** What makes a vector unfit for a sketch of this dimension, or null. */
export function vectorFault(vector: Float32Array, dimension: number): VectorFault | null {
  if (vector.length !== dimension) return 'wrong_dimension';
  if (allWithin(vector, magnitude_max)) return null;
  if (!vector.every(Number.isFinite)) return 'not_finite';
  return 'too_large';
}

/** False for what is not a number. A loop, because every vector is looked at. */
function allWithin(vector: Float32Array, limit: number): boolean {
  for (let i = 0; i < vector.length; i++) if (!(Math.abs(vector[i] as number) <= limit)) return false;
  return true;
}

/** @throws DetectorError bad_vector */
export function checkVector(vector: Float32Array, dimension: number): void {
  const fault = vectorFault(vector, dimension);
  if (fault === 'wrong_dimension') {
    throw new DetectorError('bad_vector', `A vector has ${vector.length} numbers, not ${dimension}.`);
  }
  if (fault === 'not_finite')
    throw new DetectorError('bad_vector', 'A vector holds a number that is not finite.');
  if (fault === 'too_large')
    throw new DetectorError('bad_vector', `A vector holds a number beyond ${magnitude_max}; scale it down.`);
}
