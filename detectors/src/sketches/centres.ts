export interface Centres {
  readonly dimension: number;
  /** One centre after another. */
  readonly values: Float32Array;
}

export interface Nearest {
  readonly index: number;
  readonly squared_distance: number;
}

/** |x - c|² = |x|² - 2 x·c + |c|², four centres at a time because loading x once for four is twice as fast. */
export function createNearest({ dimension, values }: Centres): (vector: Float32Array) => Nearest {
  const count = values.length / dimension;
  const centres = Float64Array.from(values);
  const norms = Float64Array.from({ length: count }, (_, index) =>
    squaredNorm(centres, index * dimension, dimension),
  );
  const row = new Float64Array(dimension);
  const products = new Float64Array(count);

  return (vector) => {
    row.set(vector);
    dotProducts(row, centres, products);
    let index = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const candidate = (norms[i] as number) - 2 * (products[i] as number);
      if (candidate < smallest) {
        smallest = candidate;
        index = i;
      }
    }
    return { index, squared_distance: Math.max(0, smallest + squaredNorm(row, 0, dimension)) };
  };
}

function dotProducts(row: Float64Array, centres: Float64Array, products: Float64Array): void {
  const dimension = row.length;
  let centre = 0;
  for (; centre + 4 <= products.length; centre += 4) {
    const first = centre * dimension;
    const second = first + dimension;
    const third = second + dimension;
    const fourth = third + dimension;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < dimension; i++) {
      const x = row[i] as number;
      a += x * (centres[first + i] as number);
      b += x * (centres[second + i] as number);
      c += x * (centres[third + i] as number);
      d += x * (centres[fourth + i] as number);
    }
    products[centre] = a;
    products[centre + 1] = b;
    products[centre + 2] = c;
    products[centre + 3] = d;
  }
  for (; centre < products.length; centre++) {
    let sum = 0;
    for (let i = 0; i < dimension; i++)
      sum += (row[i] as number) * (centres[centre * dimension + i] as number);
    products[centre] = sum;
  }
}

function squaredNorm(values: Float64Array, start: number, length: number): number {
  let sum = 0;
  for (let i = start; i < start + length; i++) sum += (values[i] as number) ** 2;
  return sum;
}
