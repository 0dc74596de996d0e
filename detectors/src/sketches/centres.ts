import { createCandidates } from '../simd/candidates.ts';

export interface Centres {
  readonly dimension: number;
  /** One centre after another. */
  readonly values: Float32Array;
}

export interface Nearest {
  readonly index: number;
  readonly squared_distance: number;
}

type FindNearest = (vector: Float32Array) => Nearest;

/** With vector instructions where there are any; the result is that of `createPlainNearest` to the last bit. */
export function createNearest(centres: Centres): FindNearest {
  const candidates = createCandidates(centres);
  if (candidates === null) return createPlainNearest(centres);
  const search = createSearch(centres.dimension, centres.values);
  return (vector) => search(vector, candidates(vector));
}

/** Looks at every centre, in plain JavaScript. */
export function createPlainNearest({ dimension, values }: Centres): FindNearest {
  // As doubles, because converting every number anew takes a fifth longer.
  const search = createSearch(dimension, Float64Array.from(values));
  const row = new Float64Array(dimension);
  const all = Array.from({ length: values.length / dimension }, (_, index) => index);
  return (vector) => {
    row.set(vector);
    return search(row, all);
  };
}

type Numbers = Float32Array | Float64Array;

/** Finds the nearest of some centres by |x - c|² = |x|² - 2 x·c + |c|² in doubles; of equals, the first. */
function createSearch(
  dimension: number,
  centres: Numbers,
): (row: Numbers, indices: readonly number[]) => Nearest {
  const squared_norms = Float64Array.from({ length: centres.length / dimension }, (_, index) => {
    const centre = centres.subarray(index * dimension, (index + 1) * dimension);
    return dotProduct(centre, centre, 0);
  });
  const products = new Float64Array(squared_norms.length);
  return (row, indices) => {
    dotProducts(row, centres, { indices, products });
    let nearest = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      const candidate = (squared_norms[index] as number) - 2 * (products[i] as number);
      if (candidate < smallest) {
        smallest = candidate;
        nearest = index;
      }
    }
    return { index: nearest, squared_distance: Math.max(0, smallest + dotProduct(row, row, 0)) };
  };
}

interface Products {
  readonly indices: readonly number[];
  /** One for each of the indices. */
  readonly products: Float64Array;
}

/** Four centres at a time because loading x once for four is twice as fast. */
function dotProducts(row: Numbers, centres: Numbers, { indices, products }: Products): void {
  const dimension = row.length;
  let next = 0;
  for (; next + 4 <= indices.length; next += 4) {
    const first = (indices[next] as number) * dimension;
    const second = (indices[next + 1] as number) * dimension;
    const third = (indices[next + 2] as number) * dimension;
    const fourth = (indices[next + 3] as number) * dimension;
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
    products[next] = a;
    products[next + 1] = b;
    products[next + 2] = c;
    products[next + 3] = d;
  }
  for (; next < indices.length; next++) {
    products[next] = dotProduct(row, centres, (indices[next] as number) * dimension);
  }
}

function dotProduct(row: Numbers, others: Numbers, start: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] as number) * (others[start + i] as number);
  return sum;
}
