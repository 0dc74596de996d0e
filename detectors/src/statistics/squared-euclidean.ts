/** Σ (a - b)² of two vectors of one length. A loop: it is taken of every two of many. */
export function squaredEuclidean(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
