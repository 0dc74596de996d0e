/**
 * Where things are in the sums of a sketch of vectors. Another layout raises the version, which is part of every
 * sketch id, so that sums of unlike layouts never meet.
 */
export const sketch_version = 2;

/** Widths of the Gaussian kernels as multiples of the median distance between two vectors. */
export const bandwidths = [0.25, 0.5, 1] as const;
export const features_per_bandwidth = 512;
/** Everything is summed as multiples of 1 / fixed_point. */
export const fixed_point = 2 ** 20;

export const novelty_bins = 64;
export const leaves_max = 256;
/** Parents are a coarser view of the leaves: for each there are so many leaves, on average. */
export const leaves_per_parent = 4;

/** Moments of units beside their sums: they make the variances those of units, not of messages. */
export const moment_names = [
  'score_squared',
  'score_cubed',
  'leaves_squared',
  'parents_squared',
  'features_squared_0',
  'features_squared_1',
  'features_squared_2',
] as const;
export type MomentName = (typeof moment_names)[number];

export const kernel_section = { start: 0, length: bandwidths.length * features_per_bandwidth } as const;

interface Section {
  readonly start: number;
  readonly length: number;
}

export interface Layout {
  readonly vector: Section;
  readonly leaves: Section;
  readonly novelty: Section;
  readonly moments: Section;
  /** Length of the sums. */
  readonly length: number;
}

/** What the layout depends on. */
export interface Shape {
  readonly dimension: number;
  /** Cluster of the coarser level that each leaf belongs to. */
  readonly parents: Int32Array;
}

export function layoutOf({ dimension, parents }: Shape): Layout {
  const vector = { start: kernel_section.length, length: dimension };
  const leaves = { start: vector.start + vector.length, length: parents.length };
  const novelty = { start: leaves.start + leaves.length, length: novelty_bins };
  const moments = { start: novelty.start + novelty.length, length: moment_names.length };
  return { vector, leaves, novelty, moments, length: moments.start + moments.length };
}

/** The sums of one bandwidth's features, as a view. */
export function kernelSums(sums: Float64Array, bandwidth_index: number): Float64Array {
  const start = kernel_section.start + bandwidth_index * features_per_bandwidth;
  return sums.subarray(start, start + features_per_bandwidth);
}

/** What each unit measured of its vectors, as views. */
export function meanVectors(measured: readonly Float64Array[], shape: Shape): Float64Array[] {
  const { start, length } = layoutOf(shape).vector;
  return measured.map((sums) => sums.subarray(start, start + length));
}

/** Units in each leaf; a unit counts in parts where its values lie in several. */
export function leafCounts(sums: Float64Array, shape: Shape): Float64Array {
  return counts(sums, layoutOf(shape).leaves);
}

/** Units in each cluster of the coarser level, from those in its leaves. */
export function parentCounts(leaves: Float64Array, { parents }: Shape): Float64Array {
  let count = 0;
  // By index: an iterator takes longer than the sums, and this is part of measuring.
  for (let leaf = 0; leaf < parents.length; leaf++) count = Math.max(count, (parents[leaf] as number) + 1);
  const sums = new Float64Array(count);
  for (let leaf = 0; leaf < parents.length; leaf++) {
    const parent = parents[leaf] as number;
    sums[parent] = (sums[parent] as number) + (leaves[leaf] as number);
  }
  return sums;
}

/** Units in each novelty bin, nearest to the known first. */
export function noveltyCounts(sums: Float64Array, shape: Shape): Float64Array {
  return counts(sums, layoutOf(shape).novelty);
}

/** Sum over the units of one of their moments. */
export function momentSum(sums: Float64Array, shape: Shape, name: MomentName): number {
  return (sums[layoutOf(shape).moments.start + moment_names.indexOf(name)] as number) / fixed_point;
}

function counts(sums: Float64Array, { start, length }: Section): Float64Array {
  return sums.slice(start, start + length).map((sum) => sum / fixed_point);
}
