/**
 * Fast Walsh–Hadamard transform in place, not normalised: length² additions become length · log2(length), in
 * log2(length) steps that pair numbers at distance 1, 2, 4 and so on. The length must be a power of two.
 */
export function hadamard(values: Float64Array): void {
  let distance = 1;
  for (; distance * 2 < values.length; distance *= 4) twoSteps(values, distance);
  if (distance < values.length) oneStep(values, distance);
}

/** The steps for a distance and for twice as much at once: half as many loads and stores. */
function twoSteps(values: Float64Array, distance: number): void {
  for (let block = 0; block < values.length; block += distance * 4) {
    for (let i = block; i < block + distance; i++) {
      const a = values[i] as number;
      const b = values[i + distance] as number;
      const c = values[i + 2 * distance] as number;
      const d = values[i + 3 * distance] as number;
      values[i] = a + b + (c + d);
      values[i + distance] = a - b + (c - d);
      values[i + 2 * distance] = a + b - (c + d);
      values[i + 3 * distance] = a - b - (c - d);
    }
  }
}

function oneStep(values: Float64Array, distance: number): void {
  for (let block = 0; block < values.length; block += distance * 2) {
    for (let i = block; i < block + distance; i++) {
      const a = values[i] as number;
      const b = values[i + distance] as number;
      values[i] = a + b;
      values[i + distance] = a - b;
    }
  }
}

export function nextPowerOfTwo(value: number): number {
  let power = 1;
  while (power < value) power *= 2;
  return power;
}
