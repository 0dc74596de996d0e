import { createPairSums } from './pairs.ts';

/** Traces of powers of the covariance of the features: what the null distribution of a kernel mean needs. */
export interface Traces {
  /** tr C: the sum of its eigenvalues. */
  readonly first: number;
  /** tr C². */
  readonly second: number;
  /** tr C³. */
  readonly third: number;
  /** Mean cube of the kernel of two different rows, centred: what makes small windows more skew than large ones. */
  readonly cubes: number;
}

/**
 * Estimates the traces from rows of features through their Gram matrix, in which the diagonal, the source of the
 * bias, can be left out. The matrix is U-centred: then tr C² is unbiased (Székely and Rizzo, "Partial distance
 * correlation", Annals of Statistics 42, 2014, section 3). tr C is unbiased too; tr C³, the mean over triples of
 * different rows, is so up to terms of the order 1/rows.
 *
 * Time grows with rows³, memory with rows².
 */
export function estimateTraces(rows: readonly Float64Array[]): Traces {
  const count = rows.length;
  const gram = gramOf(rows);
  const sums = gram.map((line) => line.reduce((sum, value) => sum + value, 0));
  const diagonal = gram.reduce((sum, line, i) => sum + (line[i] as number), 0);
  const total = sums.reduce((sum, value) => sum + value, 0);
  uCentre(gram, { sums, total });
  return {
    first: (diagonal - total / count) / (count - 1),
    second: sumOfSquares(gram) / (count * (count - 3)),
    third: sumOfTriples(gram) / (count * (count - 1) * (count - 2)),
    cubes: gram.reduce((sum, line) => sum + sumOfCubes(line), 0) / (count * (count - 1)),
  };
}

/** Dot products of all pairs; each is computed once. */
function gramOf(rows: readonly Float64Array[]): Float64Array[] {
  const gram = rows.map(() => new Float64Array(rows.length));
  const products = createPairSums(rows, 'product');
  rows.forEach((_, i) => {
    const row = products(i);
    for (let j = 0; j <= i; j++) {
      const product = row[j] as number;
      (gram[i] as Float64Array)[j] = product;
      (gram[j] as Float64Array)[i] = product;
    }
  });
  return gram;
}

interface GramSums {
  readonly sums: readonly number[];
  readonly total: number;
}

function uCentre(gram: Float64Array[], { sums, total }: GramSums): void {
  const count = gram.length;
  const diagonal = gram.map((line, i) => line[i] as number);
  const off_diagonal = sums.map((sum, i) => sum - (diagonal[i] as number));
  const whole = total - diagonal.reduce((sum, value) => sum + value, 0);
  gram.forEach((line, i) => {
    for (let j = 0; j < count; j++) {
      const margins = ((off_diagonal[i] as number) + (off_diagonal[j] as number)) / (count - 2);
      line[j] = i === j ? 0 : (line[j] as number) - margins + whole / ((count - 1) * (count - 2));
    }
  });
}

function sumOfSquares(gram: readonly Float64Array[]): number {
  return gram.reduce((sum, line) => sum + dot(line, line), 0);
}

function sumOfCubes(line: Float64Array): number {
  return line.reduce((sum, value) => sum + value * value * value, 0);
}

/** The trace of the cube of a symmetric matrix. */
function sumOfTriples(gram: readonly Float64Array[]): number {
  let sum = 0;
  const products = createPairSums(gram, 'product');
  gram.forEach((line, i) => {
    const paired = products(i);
    for (let j = 0; j < i; j++) sum += 2 * (line[j] as number) * (paired[j] as number);
  });
  return sum;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
