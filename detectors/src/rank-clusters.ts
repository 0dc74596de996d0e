import type { Comparison } from './families/family.ts';
import { createNearest } from './sketches/centres.ts';
import type { Fit } from './sketches/fit.ts';
import { leafCounts, momentSum } from './sketches/layout.ts';
import { adjustByBenjaminiHochberg } from './statistics/benjamini-hochberg.ts';
import { normalTail } from './statistics/normal-tail.ts';
import { proportionDifference } from './statistics/proportion-difference.ts';
import { signedDeviance, type TwoCounts } from './statistics/signed-deviance.ts';

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

/** Standard errors that a change is thought smaller by, to rank it. */
const doubt = 1;

/**
 * Which clusters grew or shrank, by how much at least: the change of share less its standard error. The clearest
 * change is often that of a rare cluster, and the largest that of a frequent one by chance; neither is what moved
 * most. A unit counts as so many vectors as would give its variance if they were independent.
 */
export function rankClusters({ fit, reference, current }: Comparison): ClusterChange[] {
  const [before, after] = [leafCounts(reference.sums, fit), leafCounts(current.sums, fit)];
  const vectors = vectorsPerUnit({ fit, reference, current });
  const counts = Array.from(after, (count, leaf) => ({
    hits: count * vectors,
    trials: current.count * vectors,
    other_hits: (before[leaf] as number) * vectors,
    other_trials: reference.count * vectors,
  }));
  const scores = counts.map(signedDeviance);
  const p_values = adjustByBenjaminiHochberg(scores.map((z) => 2 * normalTail(Math.abs(z))));
  return scores
    .map((z, leaf) => ({
      leaf,
      share_before: (before[leaf] as number) / reference.count,
      share_after: (after[leaf] as number) / current.count,
      z,
      p: p_values[leaf] as number,
    }))
    .map((change) => ({ change, least: leastChange(counts[change.leaf] as TwoCounts) }))
    .sort((a, b) => b.least - a.least || a.change.leaf - b.change.leaf)
    .map(({ change }) => change);
}

/** Of a share, up or down; below 0 where it may be either. */
function leastChange({ hits, trials, other_hits, other_trials }: TwoCounts): number {
  const [now, then] = [
    { hits, count: trials },
    { hits: other_hits, count: other_trials },
  ] as const;
  const { low, high } = proportionDifference(now, then, doubt);
  return Math.max(low, -high);
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
