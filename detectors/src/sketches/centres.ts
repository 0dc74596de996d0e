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

/** More candidates than this take longer one by one than all centres together. */
const candidates_max = 64;

/** With vector instructions where there are any; the result is that of `createPlainNearest` to the last bit. */
export function createNearest(centres: Centres): FindNearest {
  const candidates = createCandidates(centres);
  if (candidates === null) return createPlainNearest(centres);
  const { dimension, values } = centres;
  const squared_norms = squaredNorms(centres);
  const products = new Float64Array(candidates_max);
  let among_all: FindNearest | null = null;
  return (vector) => {
    const indices = candidates(vector);
    if (indices.length > candidates_max) {
      among_all ??= createPlainNearest(centres);
      return among_all(vector);
    }
    for (let i = 0; i < indices.length; i++) {
      products[i] = dotProduct(vector, values, (indices[i] as number) * dimension);
    }
    return nearestOf({ indices, products, squared_norms }, dotProduct(vector, vector, 0));
  };
}

/** Looks at every centre, in plain JavaScript. */
export function createPlainNearest(centres: Centres): FindNearest {
  const squared_norms = squaredNorms(centres);
  const indices = Array.from(squared_norms.keys());
  // As doubles, because converting every number anew takes a fifth longer.
  const doubles = Float64Array.from(centres.values);
  const row = new Float64Array(centres.dimension);
  const products = new Float64Array(indices.length);
  return (vector) => {
    row.set(vector);
    dotProducts(row, doubles, products);
    return nearestOf({ indices, products, squared_norms }, dotProduct(vector, vector, 0));
  };
}

interface Search {
  readonly indices: readonly number[];
  /** With each of the indices. */
  readonly products: Float64Array;
  /** Of all centres. */
  readonly squared_norms: Float64Array;
}

/** By |x - c|² = |x|² - 2 x·c + |c|² in doubles; of equals, the first. */
function nearestOf({ indices, products, squared_norms }: Search, squared_norm: number): Nearest {
  let index = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < indices.length; i++) {
    const candidate = (squared_norms[indices[i] as number] as number) - 2 * (products[i] as number);
    if (candidate < smallest) {
      smallest = candidate;
      index = indices[i] as number;
    }
  }
  return { index, squared_distance: Math.max(0, smallest + squared_norm) };
}

/** Eight centres at a time, because loading x once for eight is more than twice as fast; each is summed in the order of numbers. */
function dotProducts(row: Float64Array, centres: Float64Array, products: Float64Array): void {
  let centre = 0;
  for (; centre + 8 <= products.length; centre += 8) eightProducts(row, centres, { products, centre });
  for (; centre < products.length; centre++) {
    let sum = 0;
    for (let i = 0; i < row.length; i++)
      sum += (row[i] as number) * (centres[centre * row.length + i] as number);
    products[centre] = sum;
  }
}

interface Eight {
  readonly products: Float64Array;
  /** The first of them. */
  readonly centre: number;
}

function eightProducts(row: Float64Array, centres: Float64Array, { products, centre }: Eight): void {
  const dimension = row.length;
  const first = centre * dimension;
  const second = first + dimension;
  const third = second + dimension;
  const fourth = third + dimension;
  const fifth = fourth + dimension;
  const sixth = fifth + dimension;
  const seventh = sixth + dimension;
  const eighth = seventh + dimension;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  for (let i = 0; i < dimension; i++) {
    const x = row[i] as number;
    a += x * (centres[first + i] as number);
    b += x * (centres[second + i] as number);
    c += x * (centres[third + i] as number);
    d += x * (centres[fourth + i] as number);
    e += x * (centres[fifth + i] as number);
    f += x * (centres[sixth + i] as number);
    g += x * (centres[seventh + i] as number);
    h += x * (centres[eighth + i] as number);
  }
  products[centre] = a;
  products[centre + 1] = b;
  products[centre + 2] = c;
  products[centre + 3] = d;
  products[centre + 4] = e;
  products[centre + 5] = f;
  products[centre + 6] = g;
  products[centre + 7] = h;
}

function squaredNorms({ dimension, values }: Centres): Float64Array {
  return Float64Array.from({ length: values.length / dimension }, (_, index) => {
    const centre = values.subarray(index * dimension, (index + 1) * dimension);
    return dotProduct(centre, centre, 0);
  });
}

function dotProduct(row: Float32Array, others: Float32Array, start: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] as number) * (others[start + i] as number);
  return sum;
}
