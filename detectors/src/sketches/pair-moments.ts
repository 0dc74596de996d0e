import { parentCounts, type Shape } from './layout.ts';

/** Means over pairs of two different units of the product of their features, and of its square, by cell. */
export interface PairCells {
  readonly products: Float32Array;
  readonly squares: Float32Array;
}

/**
 * How alike units of one leaf are, and those of every two: from these follows how concentrated the covariance of any
 * mix of leaves is. Features are about the mean of all units of the fit.
 */
export interface PairMoments {
  /** Mean squared length of a unit, by leaf. */
  readonly lengths: Float32Array;
  /** Two units of one leaf, by leaf. */
  readonly within: PairCells;
  /** Two units of different leaves, by their parents: see `cellOf`. */
  readonly between: PairCells;
  /** What `concentrationOf` gives for the population of the fit. */
  readonly concentration: number;
  /**
   * A narrow population is more concentrated than its mix of leaves tells, because its units are of a part of each
   * leaf, and those of several leaves always of the same: by this power, as narrow samples of the fit's units show.
   */
  readonly exponent: number;
}

/** Units of some population, by leaf; a unit counts in parts where its values lie in several. */
export interface LeafMix {
  readonly counts: Float64Array;
  readonly count: number;
}

/**
 * tr C² / (tr C)² for the covariance C of the features of a population with this mix of leaves, where units of one
 * leaf are as they are in the fit: 1 for a single direction, 1/d for d directions of equal variance.
 *
 * With the second moment A of its units, and m their mean, tr C² = tr A² - 2·m'Am + (m'm)². tr A² is the mean squared
 * product of two different units. For m'Am the units of a leaf count as their mean, so tr C² is rather too large.
 */
export function concentrationOf(
  { lengths, within, between }: Omit<PairMoments, 'concentration' | 'exponent'>,
  { counts, count }: LeafMix,
  { parents }: Pick<Shape, 'parents'>,
): number {
  const shares = counts.map((units) => units / count);
  const parent_shares = parentCounts(shares, { parents });
  const pulls = timesCells(between.products, parent_shares);
  let squares = dot(parent_shares, timesCells(between.squares, parent_shares));
  let [length, of_mean, pulled] = [0, 0, 0];
  for (let leaf = 0; leaf < shares.length; leaf++) {
    const [share, parent] = [shares[leaf] as number, parents[leaf] as number];
    const cell = cellOf(parent, parent);
    const own_product = (within.products[leaf] as number) - (between.products[cell] as number);
    const pull = (pulls[parent] as number) + share * own_product;
    length += share * (lengths[leaf] as number);
    of_mean += share * pull;
    pulled += share * pull ** 2;
    // Two different units are in this leaf less often than the square of its share says.
    const both = share * Math.max(share - 1 / count, 0);
    squares += both * (within.squares[leaf] as number) - share ** 2 * (between.squares[cell] as number);
  }
  const second = (squares * count) / (count - 1) - 2 * pulled + of_mean ** 2;
  const first = length - of_mean;
  return first > 0 ? Math.max(second, 0) / first ** 2 : 0;
}

/** Cell of two parents, in either order. */
export function cellOf(a: number, b: number): number {
  return a < b ? (b * (b + 1)) / 2 + a : (a * (a + 1)) / 2 + b;
}

/** The symmetric matrix of the cells times a vector. */
function timesCells(cells: Float32Array, vector: Float64Array): Float64Array {
  const sums = new Float64Array(vector.length);
  let cell = 0;
  for (let a = 0; a < vector.length; a++) {
    for (let b = 0; b <= a; b++, cell++) {
      const value = cells[cell] as number;
      sums[a] = (sums[a] as number) + value * (vector[b] as number);
      if (b < a) sums[b] = (sums[b] as number) + value * (vector[a] as number);
    }
  }
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
