import type { Comparison } from './families/family.ts';
import { type Centres, createNearest } from './sketches/centres.ts';
import type { Fit } from './sketches/fit.ts';
import { leafCounts, leaves_per_parent, momentSum } from './sketches/layout.ts';
import { adjustByBenjaminiHochberg } from './statistics/benjamini-hochberg.ts';
import { normalTail } from './statistics/normal-tail.ts';
import { proportionDifference } from './statistics/proportion-difference.ts';
import { signedDeviance, type TwoCounts } from './statistics/signed-deviance.ts';
import { squaredEuclidean } from './statistics/squared-euclidean.ts';

export interface ClusterChange {
  /** Indexes of the leaves, as `nearestLeaves` gives them; the first is the one that changed most. */
  readonly leaves: readonly number[];
  /** Share of the reference, 0 to 1. */
  readonly share_before: number;
  /** Share of the window. */
  readonly share_after: number;
  /** Nearly standard normal where nothing changed; positive where the leaves grew. */
  readonly z: number;
  /** Two-sided, adjusted for the number of clusters (Bonferroni for their neighbours, Benjamini and Hochberg). */
  readonly p: number;
}

/** Standard errors that a change is thought smaller by, to rank it. */
const doubt = 1;
/** Close leaves that may belong to one cluster with a leaf. */
const neighbours = leaves_per_parent - 1;
/** Of a neighbour that changed too: nine of ten that did not change would stay out. */
const joining_z = 1.2815515655446004;

/**
 * Which clusters grew or shrank, by how much at least: the change of share less its standard error. The clearest
 * change is often that of a rare cluster, and the largest that of a frequent one by chance; neither is what moved
 * most. A unit counts as so many vectors as would give its variance if they were independent.
 *
 * What belongs together is often cut into several leaves, each of which changed by little. So a leaf that changed
 * takes along those of its closest leaves that changed likewise, as the zones of a spatial scan statistic do
 * (Kulldorff, Communications in Statistics 26, 1997), and the whole is judged. Every leaf is in one cluster.
 */
export function rankClusters(comparison: Comparison): ClusterChange[] {
  const { fit, reference, current } = comparison;
  const sides = { before: leafCounts(reference.sums, fit), after: leafCounts(current.sums, fit) };
  const vectors = vectorsPerUnit(comparison);
  const countsOf = (leaves: readonly number[]): TwoCounts => ({
    hits: sumOf(sides.after, leaves) * vectors,
    trials: current.count * vectors,
    other_hits: sumOf(sides.before, leaves) * vectors,
    other_trials: reference.count * vectors,
  });
  const changes = joinLeaves(fit.centres, countsOf).map((leaves) => {
    const counts = countsOf(leaves);
    return { leaves, counts, z: signedDeviance(counts), least: leastChange(counts) };
  });
  const p_values = adjustByBenjaminiHochberg(
    changes.map(({ z }) => Math.min(2 * normalTail(Math.abs(z)) * 2 ** neighbours, 1)),
  );
  return changes
    .map(({ leaves, counts, z, least }, index) => ({
      least,
      change: {
        leaves,
        share_before: counts.other_hits / counts.other_trials,
        share_after: counts.hits / counts.trials,
        z,
        p: p_values[index] as number,
      },
    }))
    .sort((a, b) => b.least - a.least)
    .map(({ change }) => change);
}

/** The leaf of each vector: examples of a cluster are those with one of its indexes. */
export function nearestLeaves(fit: Fit, vectors: readonly Float32Array[]): Int32Array {
  const nearest = createNearest(fit.centres);
  return Int32Array.from(vectors, (vector) => nearest(vector).index);
}

/** Each leaf that is not taken yet, those that changed most first, with the neighbours that changed likewise. */
function joinLeaves(centres: Centres, countsOf: (leaves: readonly number[]) => TwoCounts): number[][] {
  const leaves = Array.from({ length: centres.values.length / centres.dimension }, (_, leaf) => leaf);
  const alone = leaves.map((leaf) => countsOf([leaf]));
  const z = alone.map(signedDeviance);
  const least = alone.map(leastChange);
  const taken = new Set<number>();
  return leaves
    .toSorted((a, b) => (least[b] as number) - (least[a] as number))
    .flatMap((leaf) => {
      if (taken.has(leaf)) return [];
      const sign = Math.sign(z[leaf] as number);
      const changed = (other: number) => !taken.has(other) && sign * (z[other] as number) > joining_z;
      const cluster = [leaf, ...closestLeaves(centres, leaf).filter(changed)];
      for (const member of cluster) taken.add(member);
      return [cluster];
    });
}

function closestLeaves({ dimension, values }: Centres, leaf: number): number[] {
  const centre = (of: number) => values.subarray(of * dimension, (of + 1) * dimension);
  return Array.from({ length: values.length / dimension }, (_, other) => other)
    .filter((other) => other !== leaf)
    .map((other) => ({ other, distance: squaredEuclidean(centre(leaf), centre(other)) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, neighbours)
    .map(({ other }) => other);
}

function sumOf(counts: Float64Array, leaves: readonly number[]): number {
  return leaves.reduce((sum, leaf) => sum + (counts[leaf] as number), 0);
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
