/**
 * Where things are in the sums of a sketch. A new section goes at the end and raises the version, which is part
 * of every sketch id, so that sums of unlike layouts never meet.
 */
export const sketch_version = 1;

/** Widths of the Gaussian kernels as multiples of the median distance between two vectors. */
export const bandwidths = [0.25, 0.5, 1] as const;
export const features_per_bandwidth = 512;
/** Random features lie in [-1, 1] and are summed as multiples of 1 / fixed_point. */
export const fixed_point = 2 ** 20;

export const novelty_bins = 64;

export const kernel_section = { start: 0, length: bandwidths.length * features_per_bandwidth } as const;
export const novelty_section = { start: kernel_section.length, length: novelty_bins } as const;
export const sums_length = kernel_section.length + novelty_section.length;

/** The sums of one bandwidth's features, as a view. */
export function kernelSums(sums: Float64Array, bandwidth_index: number): Float64Array {
  const start = kernel_section.start + bandwidth_index * features_per_bandwidth;
  return sums.subarray(start, start + features_per_bandwidth);
}

/** Vectors in each novelty bin, nearest to the known first, as a view. */
export function noveltyCounts(sums: Float64Array): Float64Array {
  return sums.subarray(novelty_section.start, novelty_section.start + novelty_section.length);
}
