import { mean, sampleVariance } from 'simple-statistics';
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
  /** Standard errors of the logarithms of tr C² and tr C³, which err together. Absent where these are known. */
  readonly errors?: { readonly second: number; readonly third: number };
  /** Absent in fits of earlier versions, and where the traces are those of the population at hand. */
  readonly narrowing?: Narrowing;
}

/**
 * What the traces are in populations narrower than that of the fit, such as those of a tool or an hour, which hold
 * some of its topics.
 *
 * If the means of K topics are like draws from a law with the covariance B, then k of these topics have a tr C²
 * that is larger by (tr B)²·(1/k - 1/K), as that of a sample covariance is (Wishart, Biometrika 20A, 1928), and their
 * mean is in squared distance (1/k - 1/K)·tr B from that of all. So the distance tells the trace, by a factor that
 * narrow samples of the units show.
 */
export interface Narrowing {
  /** Mean features of the units of the fit. */
  readonly mean: readonly number[];
  /** How many these are. */
  readonly count: number;
  /** By which part of itself tr C² / (tr C)² grows at a squared distance of tr C. */
  readonly slope: number;
}

/** More rows are taken in blocks of at most so many: of pairs and triples a part is enough, of rows it is not. */
const block_rows = 400;

/**
 * Estimates the traces from at least four rows of features through their Gram matrix, in which the diagonal, the
 * source of the bias, can be left out. The matrix is U-centred: then tr C² is unbiased (Székely and Rizzo, "Partial
 * distance correlation", Annals of Statistics 42, 2014, section 3). tr C is unbiased too; tr C³, the mean over
 * triples of different rows, is so up to terms of the order 1/rows.
 *
 * The errors are those of U-statistics, which come from what each row adds to the mean over its pairs and triples
 * (Hoeffding, Annals of Mathematical Statistics 19, 1948, theorem 7.1). So means over blocks of rows are as good as
 * over all pairs, and the time grows with the rows and not with their cube.
 */
export function estimateTraces(rows: readonly Float64Array[]): Traces {
  const block_count = Math.ceil(rows.length / block_rows);
  const blocks = Array.from({ length: block_count }, (_, block) => {
    const start = Math.floor((block * rows.length) / block_count);
    return blockTraces(rows.slice(start, Math.floor(((block + 1) * rows.length) / block_count)));
  });
  const average = (of: (block: BlockTraces) => number) =>
    blocks.reduce((sum, block) => sum + of(block), 0) / block_count;
  const [seconds, thirds] = [
    blocks.flatMap((block) => block.seconds),
    blocks.flatMap((block) => block.thirds),
  ];
  return {
    first: average((block) => block.first),
    second: mean(seconds),
    third: mean(thirds),
    cubes: average((block) => block.cubes),
    errors: { second: relativeError(seconds, 2), third: relativeError(thirds, 3) },
  };
}

interface BlockTraces {
  readonly first: number;
  /** For each row, the mean over the pairs it is in, whose mean is tr C². */
  readonly seconds: number[];
  /** The same over triples, for tr C³. */
  readonly thirds: number[];
  readonly cubes: number;
}

function blockTraces(rows: readonly Float64Array[]): BlockTraces {
  const count = rows.length;
  const gram = gramOf(rows);
  const sums = gram.map((line) => line.reduce((sum, value) => sum + value, 0));
  const diagonal = gram.reduce((sum, line, i) => sum + (line[i] as number), 0);
  const total = sums.reduce((sum, value) => sum + value, 0);
  uCentre(gram, { sums, total });
  return {
    first: (diagonal - total / count) / (count - 1),
    seconds: gram.map((line) => dot(line, line) / (count - 3)),
    thirds: sumsOfTriples(gram).map((sum) => sum / ((count - 1) * (count - 2))),
    cubes: gram.reduce((sum, line) => sum + sumOfCubes(line), 0) / (count * (count - 1)),
  };
}

/** Of a U-statistic of so many rows at a time, from what each row adds: the delta method for its logarithm. */
function relativeError(parts: readonly number[], order: number): number {
  const whole = mean(parts);
  return whole > 0 ? (order * Math.sqrt(sampleVariance(parts) / parts.length)) / whole : 0;
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

function sumOfCubes(line: Float64Array): number {
  return line.reduce((sum, value) => sum + value * value * value, 0);
}

/** For each row, its part of the trace of the cube of a symmetric matrix. */
function sumsOfTriples(gram: readonly Float64Array[]): number[] {
  const sums = gram.map(() => 0);
  const products = createPairSums(gram, 'product');
  gram.forEach((line, i) => {
    const paired = products(i);
    let own = 0;
    for (let j = 0; j < i; j++) {
      const triples = (line[j] as number) * (paired[j] as number);
      own += triples;
      sums[j] = (sums[j] as number) + triples;
    }
    sums[i] = (sums[i] as number) + own;
  });
  return sums;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
