/**
 * Fast Walsh–Hadamard transform in place, not normalised: length² additions become length · log2(length).
 * The length must be a power of two.
 */
export function hadamard(values: Float64Array): void {
  const length = values.length;
  for (let half = 1; half < length; half *= 2) {
    for (let block = 0; block < length; block += half * 2) {
      for (let i = block; i < block + half; i++) {
        const a = values[i] as number;
        const b = values[i + half] as number;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

export function nextPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
