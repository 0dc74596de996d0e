import { hash } from 'node:crypto';
import { mean, quantileSorted } from 'simple-statistics';
import { DetectorError } from '../errors.ts';
import { type Centres, createNearestDistance } from './centres.ts';
import { fitCentres } from './k-means.ts';
import { estimateTraces, type Traces } from './kernel-traces.ts';
import {
  bandwidths,
  features_per_bandwidth,
  fixed_point,
  kernelSums,
  sketch_version,
  sums_length,
} from './layout.ts';
import { fitBinEdges } from './novelty-bins.ts';
import { createRandom, shuffled } from './random.ts';
import { createFeatureMap } from './random-features.ts';
import { checkVector, distance } from './vectors.ts';

export const fit_rows_min = 64;
const centres_max = 256;
const rows_per_centre = 8;
/** Of the rows; the centres are fitted on this part, the distances to them ranked on the rest. */
const centres_part = 0.75;
/** Rows whose pairs give distances and traces: enough for three digits, and the time grows with their cube. */
const pair_rows_max = 600;

/** What a sketch is made with. Fixed once, from vectors that are in neither the reference nor a window. */
export interface Fit {
  /** Names everything that sums depend on; the id of every sketch made with this fit. */
  readonly id: string;
  readonly encoder: string;
  readonly dimension: number;
  readonly seed: number;
  /** Vectors it was made from. */
  readonly rows: number;
  /** Median distance between two vectors. */
  readonly median_distance: number;
  /** One for each bandwidth of the layout. */
  readonly kernels: readonly KernelFit[];
  readonly centres: Centres;
  /** Squared distances to the nearest centre at which the novelty bins after the first begin. */
  readonly bin_edges: Float64Array;
}

export interface KernelFit {
  readonly traces: Traces;
  /** Squared distance of kernel means between two populations as varied as this one and unlike each other. */
  readonly unlike: number;
}

export interface FitRequest {
  readonly encoder: string;
  readonly dimension: number;
  /** From a few hundred to some thousand vectors. */
  readonly vectors: readonly Float32Array[];
  readonly seed?: number;
}

/**
 * Fits what sketches are made with. Takes about two seconds for 2,000 vectors of 384 numbers.
 * @throws DetectorError too_few_rows below 64 vectors, bad_vector
 */
export function createFit({ encoder, dimension, vectors, seed = 1 }: FitRequest): Fit {
  if (vectors.length < fit_rows_min) {
    throw new DetectorError(
      'too_few_rows',
      `${vectors.length} vectors are too few to fit on; ${fit_rows_min} are needed.`,
    );
  }
  for (const vector of vectors) checkVector(vector, dimension);
  const rows = shuffled(vectors, createRandom(seed));
  const distances = pairDistances(rows.slice(0, pair_rows_max));
  const median_distance = medianPositive(distances);
  const values = {
    encoder,
    dimension,
    seed,
    rows: rows.length,
    median_distance,
    kernels: fitKernels(rows.slice(0, pair_rows_max), { dimension, seed, median_distance }, distances),
    ...fitNovelty(rows, dimension),
  };
  return { id: fitId(values), ...values };
}

/** The id names encoder, dimension, seed and version in clear, and everything else by its hash. */
export function fitId(values: Omit<Fit, 'id'>): string {
  const { encoder, dimension, seed, rows, median_distance, kernels, centres, bin_edges } = values;
  const numbers = [
    rows,
    median_distance,
    ...kernels.flatMap(numbersOfKernel),
    ...bin_edges,
    ...centres.values,
  ];
  const digest = hash('sha256', Buffer.from(Float64Array.from(numbers).buffer), 'hex').slice(0, 16);
  return `${encoder}:${dimension}:s${seed}:v${sketch_version}:${digest}`;
}

function numbersOfKernel({ traces, unlike }: KernelFit): number[] {
  return [traces.first, traces.second, traces.third, unlike];
}

function fitKernels(
  rows: readonly Float32Array[],
  options: { dimension: number; seed: number; median_distance: number },
  distances: Float64Array,
): KernelFit[] {
  const map = createFeatureMap(options);
  const features = rows.map((row) => {
    const integers = new Float64Array(sums_length);
    map(row, integers);
    return integers;
  });
  return bandwidths.map((width, index) => ({
    traces: estimateTraces(features.map((integers) => scaled(kernelSums(integers, index)))),
    unlike: unlikePopulations(distances, width * options.median_distance),
  }));
}

/** Features such that a dot product estimates the kernel. */
function scaled(integers: Float64Array): Float64Array {
  const scale = Math.sqrt(2 / features_per_bandwidth) / fixed_point;
  return integers.map((value) => value * scale);
}

/**
 * Two populations as varied as this one lie 2(w - b) apart in squared kernel distance, where w is the mean kernel
 * within a population, measured on all pairs, and b that between them, taken as the kernel at the distance which
 * a quarter of all pairs exceed.
 */
function unlikePopulations(distances: Float64Array, width: number): number {
  const kernel = (pair_distance: number) => Math.exp(-(pair_distance ** 2) / (2 * width ** 2));
  const within = mean(Array.from(distances, kernel));
  return 2 * Math.max(within - kernel(quantileSorted(Array.from(distances), 0.75)), 0);
}

function fitNovelty(rows: readonly Float32Array[], dimension: number): Pick<Fit, 'centres' | 'bin_edges'> {
  const cut = Math.floor(rows.length * centres_part);
  const count = Math.min(centres_max, Math.floor(rows.length / rows_per_centre));
  const centres = fitCentres(rows.slice(0, cut), count, dimension);
  const nearest = createNearestDistance(centres);
  return { centres, bin_edges: fitBinEdges(rows.slice(cut).map(nearest)) };
}

/** Distances of all pairs, sorted. */
function pairDistances(rows: readonly Float32Array[]): Float64Array {
  const distances = new Float64Array((rows.length * (rows.length - 1)) / 2);
  let pair = 0;
  rows.forEach((row, i) => {
    for (let j = 0; j < i; j++) distances[pair++] = distance(row, rows[j] as Float32Array);
  });
  return distances.sort();
}

/** Where most rows are the same, the median of the distances that are not 0; 1 where all are the same. */
function medianPositive(sorted: Float64Array): number {
  const median = quantileSorted(Array.from(sorted), 0.5);
  if (median > 0) return median;
  const positive = Array.from(sorted.filter((value) => value > 0));
  return positive.length === 0 ? 1 : quantileSorted(positive, 0.5);
}
