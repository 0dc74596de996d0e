import { mean, quantileSorted } from 'simple-statistics';
import { fitTraces } from './fit-traces.ts';
import type { Traces } from './kernel-traces.ts';
import {
  bandwidths,
  features_per_bandwidth,
  fixed_point,
  kernelSums,
  meanVectors,
  type Shape,
} from './layout.ts';
import { narrowSamples } from './narrow-samples.ts';
import { createPairSums } from './pairs.ts';

export interface KernelFit {
  readonly traces: Traces;
  /** Squared distance of kernel means between two populations as varied as this one and unlike each other. */
  readonly unlike: number;
}

/** One for each bandwidth, from what some units measured and the sorted distances between their vectors. */
export function fitKernels(
  measured: readonly Float64Array[],
  distances: Float64Array,
  { median_distance, ...shape }: Shape & { readonly median_distance: number },
): KernelFit[] {
  const samples = narrowSamples(meanVectors(measured, shape));
  return bandwidths.map((width, index) => ({
    traces: fitTraces(
      measured.map((sums) => scaled(kernelSums(sums, index))),
      samples,
    ),
    unlike: unlikePopulations(distances, width * median_distance),
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

/** Distances of all pairs, sorted. */
export function pairDistances(rows: readonly Float32Array[]): Float64Array {
  const distances = new Float64Array((rows.length * (rows.length - 1)) / 2);
  let pair = 0;
  const squaredDistances = createPairSums(rows, 'squared_difference');
  rows.forEach((_, i) => {
    const squared = squaredDistances(i);
    for (let j = 0; j < i; j++) distances[pair++] = Math.sqrt(squared[j] as number);
  });
  return distances.sort();
}

/** Where most rows are the same, the median of the distances that are not 0; 1 where all are the same. */
export function medianPositive(sorted: Float64Array): number {
  const median = quantileSorted(Array.from(sorted), 0.5);
  if (median > 0) return median;
  const positive = Array.from(sorted.filter((value) => value > 0));
  return positive.length === 0 ? 1 : quantileSorted(positive, 0.5);
}
