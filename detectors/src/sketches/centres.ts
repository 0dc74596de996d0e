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
  const table = tableOf(centres);
  const among_all = nearestAmongAll(table);
  const candidates = createCandidates(centres);
  if (candidates === null) return among_all;
  return (vector) => {
    const chosen = candidates(vector);
    return chosen.length <= candidates_max ? nearestAmong(table, vector, chosen) : among_all(vector);
  };
}

/** In plain JavaScript. */
export function createPlainNearest(centres: Centres): FindNearest {
  return nearestAmongAll(tableOf(centres));
}

/** Looking at more than this one by one would take longer than looking at all, four at a time. */
const candidates_max = 32;

interface Table {
  readonly dimension: number;
  readonly centres: Float64Array;
  readonly squared_norms: Float64Array;
}

function tableOf({ dimension, values }: Centres): Table {
  const centres = Float64Array.from(values);
  const squared_norms = Float64Array.from({ length: values.length / dimension }, (_, index) => {
    const centre = centres.subarray(index * dimension, (index + 1) * dimension);
    return dotProduct(centre, centre, 0);
  });
  return { dimension, centres, squared_norms };
}

/** |x - c|² = |x|² - 2 x·c + |c|², four centres at a time because loading x once for four is twice as fast. */
function nearestAmongAll({ dimension, centres, squared_norms }: Table): FindNearest {
  const row = new Float64Array(dimension);
  const products = new Float64Array(squared_norms.length);
  return (vector) => {
    row.set(vector);
    dotProducts(row, centres, products);
    let index = 0;
    let smallest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < products.length; i++) {
      const candidate = (squared_norms[i] as number) - 2 * (products[i] as number);
      if (candidate < smallest) {
        smallest = candidate;
        index = i;
      }
    }
    return { index, squared_distance: Math.max(0, smallest + dotProduct(row, row, 0)) };
  };
}

/** The same sums in the same order, for some of the centres. */
function nearestAmong(table: Table, vector: Float32Array, indices: readonly number[]): Nearest {
  const { dimension, centres, squared_norms } = table;
  let index = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const i of indices) {
    const candidate = (squared_norms[i] as number) - 2 * dotProduct(vector, centres, i * dimension);
    if (candidate < smallest) {
      smallest = candidate;
      index = i;
    }
  }
  return { index, squared_distance: Math.max(0, smallest + dotProduct(vector, vector, 0)) };
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
    products[centre] = dotProduct(row, centres, centre * dimension);
  }
}

function dotProduct(
  row: Float32Array | Float64Array,
  others: Float32Array | Float64Array,
  start: number,
): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] as number) * (others[start + i] as number);
  return sum;
}
