import type { Comparison } from './families/family.ts';
import { createNearest } from './sketches/centres.ts';
import type { Fit } from './sketches/fit.ts';
import { leafCounts, momentSum } from './sketches/layout.ts';
import { adjustByBenjaminiHochberg } from './statistics/benjamini-hochberg.ts';
import { normalTail } from './statistics/normal-tail.ts';
import { signedDeviance } from './statistics/signed-deviance.ts';

export interface ClusterChange {
  /** Index of the leaf, as `nearestLeaves` gives it. */
  readonly leaf: number;
  /** Share of the reference, 0 to 1. */
  readonly share_before: number;
  /** Share of the window. */
  readonly share_after: number;
  /** Nearly standard normal where nothing changed; positive where the leaf grew. */
  readonly z: number;
  /** Two-sided, adjusted for the number of leaves (Benjamini and Hochberg). */
  readonly p: number;
}

/**
 * Which clusters grew or shrank, the clearest first. A unit counts as so many vectors as would give its variance
 * if they were independent.
 */
export function rankClusters({ fit, reference, current }: Comparison): ClusterChange[] {
  const [before, after] = [leafCounts(reference.sums, fit), leafCounts(current.sums, fit)];
  const vectors = vectorsPerUnit({ fit, reference, current });
  const scores = Array.from(after, (count, leaf) =>
    signedDeviance({
      hits: count * vectors,
      trials: current.count * vectors,
      other_hits: (before[leaf] as number) * vectors,
      other_trials: reference.count * vectors,
    }),
  );
  const p_values = adjustByBenjaminiHochberg(scores.map((z) => 2 * normalTail(Math.abs(z))));
  return scores
    .map((z, leaf) => ({
      leaf,
      share_before: (before[leaf] as number) / reference.count,
      share_after: (after[leaf] as number) / current.count,
      z,
      p: p_values[leaf] as number,
    }))
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z) || a.leaf - b.leaf);
}

/** The leaf of each vector: examples of a cluster are those with its index. */
export function nearestLeaves(fit: Fit, vectors: readonly Float32Array[]): Int32Array {
  const nearest = createNearest(fit.centres);
  return Int32Array.from(vectors, (vector) => nearest(vector).index);
}

/** Variance of one vector's leaf over that of a unit's shares, in the reference; 1 where units are vectors. */
function vectorsPerUnit({ fit, reference }: Comparison): number {
  const weights = fit.leaf_weights;
  const shares = leafCounts(reference.sums, fit).map((count) => count / reference.count);
  const sum = (of: (share: number) => number) =>
    shares.reduce((total, share, leaf) => total + (weights[leaf] as number) * of(share), 0);
  const of_vectors = sum((share) => share * (1 - share));
  const of_units =
    momentSum(reference.sums, fit, 'leaves_squared') / reference.count - sum((share) => share ** 2);
  return of_units > 0 ? Math.max(of_vectors / of_units, 1) : 1;
}
