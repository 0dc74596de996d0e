import { createCandidates } from './candidates.ts';
import { dotProducts } from './dot-products.ts';
import { createWholeProducts } from './whole-products.ts';

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

/** Looks at the few centres that can be nearest; the result is that of `createExactNearest` to the last bit. */
export function createNearest(
  centres: Centres,
  createProducts: typeof createWholeProducts = createWholeProducts,
): FindNearest {
  const candidates = createCandidates(centres, createProducts);
  const { dimension, values } = centres;
  const squared_norms = squaredNorms(centres);
  const products = new Float64Array(candidates_max);
  let among_all: FindNearest | null = null;
  return (vector) => {
    const indices = candidates(vector);
    if (indices.length > candidates_max) {
      among_all ??= createExactNearest(centres);
      return among_all(vector);
    }
    for (let i = 0; i < indices.length; i++) {
      products[i] = dotProduct(vector, values, (indices[i] as number) * dimension);
    }
    return nearestOf({ indices, products, squared_norms }, dotProduct(vector, vector, 0));
  };
}

/** Looks at every centre: the definition. */
export function createExactNearest(centres: Centres): FindNearest {
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
