/**
 * A mergeable summary of vectors: integer sums, so that merging is exact and the order does not matter.
 *
 * Values are whole numbers below 2^53, kept in a Float64Array because JavaScript adds those fast and exactly.
 */
export interface Sketch {
  /** Encoder, dimension, seed, version and fit. Sketches merge only when their ids are equal. */
  readonly id: string;
  /** Vectors summed. */
  readonly count: number;
  readonly sums: Float64Array;
}
