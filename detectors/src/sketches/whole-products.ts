import { createSimdWholeProducts } from '../simd/whole-products.ts';
import { dotProducts } from './dot-products.ts';

/** Exact dot products of a vector of whole numbers with centres of whole numbers. */
export interface WholeProducts {
  /** Norm that vectors and centres may have before their numbers are rounded to whole ones. */
  readonly norm: number;
  /** Where the numbers of a vector or a centre are to be written. */
  readonly row: Int16Array | Float64Array;
  /** Takes what is in `row` for the numbers of this centre. */
  place(index: number): void;
  /** Of what is in `row`, with every centre; the array is used again by the next call. */
  multiply(): ArrayLike<number>;
}

export interface WholeProductsOptions {
  readonly dimension: number;
  /** Of centres. */
  readonly count: number;
}

/** With vector instructions where there are any. */
export function createWholeProducts(options: WholeProductsOptions): WholeProducts {
  return createSimdWholeProducts(options) ?? createPlainWholeProducts(options);
}

/**
 * In plain JavaScript: a double holds 53 bits, so the numbers of two centres lie in one, and one multiplication and
 * addition is enough for both. A product of two vectors of the norm given, rounded, is below 2^25 (Cauchy and Schwarz,
 * up to two million dimensions); two of them lie apart in units of 2^26 and stay below 2^52.
 */
export function createPlainWholeProducts({ dimension, count }: WholeProductsOptions): WholeProducts {
  const row = new Float64Array(dimension);
  const pairs = new Float64Array(Math.ceil(count / 2) * dimension);
  const sums = new Float64Array(Math.ceil(count / 2));
  const products = new Float64Array(2 * sums.length);
  return {
    norm: 5_000,
    row,
    place(index) {
      const unit = index % 2 === 0 ? 1 : second_unit;
      const start = Math.floor(index / 2) * dimension;
      for (let i = 0; i < dimension; i++)
        pairs[start + i] = (pairs[start + i] as number) + (row[i] as number) * unit;
    },
    multiply() {
      dotProducts(row, pairs, sums);
      for (let pair = 0; pair < sums.length; pair++) {
        const sum = sums[pair] as number;
        const second = Math.floor(sum / second_unit + 0.5);
        products[2 * pair] = sum - second * second_unit;
        products[2 * pair + 1] = second;
      }
      return products;
    },
  };
}

const second_unit = 2 ** 26;
