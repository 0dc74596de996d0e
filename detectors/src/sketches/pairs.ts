import { createSimdPairSums } from '../simd/pair-sums.ts';

/** What is summed over the numbers of two rows: x·y or (x - y)². */
export type PairTerm = 'product' | 'squared_difference';

/**
 * For the row with this index, one sum for each row up to it, itself included. What follows is of no meaning, and
 * the array is used again by the next call.
 */
export type PairSums = (index: number) => Float64Array;

type Rows = readonly (Float32Array | Float64Array)[];

/** Sums over the numbers of every two rows of one length, in doubles and in the order of the numbers. */
export function createPairSums(rows: Rows, term: PairTerm): PairSums {
  return createSimdPairSums(rows, term) ?? createPlainPairSums(rows, term);
}

/** In plain JavaScript; `createSimdPairSums` meets it to the last bit. */
export function createPlainPairSums(rows: Rows, term: PairTerm): PairSums {
  const doubles = rows.map((row) => Float64Array.from(row));
  const sumOf = term === 'product' ? sumOfProducts : sumOfSquaredDifferences;
  const sums = new Float64Array(rows.length);
  return (index) => {
    const row = doubles[index] as Float64Array;
    for (let other = 0; other <= index; other++) sums[other] = sumOf(row, doubles[other] as Float64Array);
    return sums;
  };
}

function sumOfProducts(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function sumOfSquaredDifferences(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    sum += difference * difference;
  }
  return sum;
}
