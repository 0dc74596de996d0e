import { meanRow } from '../statistics/mean-row.ts';
import { type Centres, createNearest } from './centres.ts';
import type { KernelFit } from './fit-kernels.ts';
import { fitTraces } from './fit-traces.ts';
import { fitCentres } from './k-means.ts';
import {
  leafCounts,
  leaves_max,
  leaves_per_parent,
  meanVectors,
  parentCounts,
  type Shape,
} from './layout.ts';
import { narrowSamples } from './narrow-samples.ts';
import { fitBinEdges } from './novelty-bins.ts';

const rows_per_leaf = 8;
/** Of the units. */
const centres_part = 0.75;
/** Units held out, where that leaves half of them for the centres. */
const held_out_min = 100;

/** The clusters of two levels, the leaves, and their parents, and what is measured with them. */
export interface ClusterShares {
  /** Raw means of the leaves: the distance to the nearest measures novelty. */
  readonly centres: Centres;
  /** Cluster of the coarser level that each leaf belongs to. */
  readonly parents: Int32Array;
  /** What a squared difference of shares weighs: one over the share, half of which is what it would be in equal clusters. */
  readonly leaf_weights: Float64Array;
  readonly parent_weights: Float64Array;
  /** Squared distances to the nearest centre at which the novelty bins after the first begin. */
  readonly bin_edges: Float64Array;
}

/** The null distributions of differences between cluster shares, at both levels. */
export interface ClusterFit {
  readonly leaves: KernelFit;
  readonly parents: KernelFit;
}

/** Clusters from units in random order. */
export function fitClusters(units: readonly (readonly Float32Array[])[], dimension: number): ClusterShares {
  const cut = unitsForCentres(units.length);
  const rows = units.slice(0, cut).flat();
  const row_count = units.reduce((sum, unit) => sum + unit.length, 0);
  const leaf_count = Math.min(leaves_max, Math.floor(row_count / rows_per_leaf));
  const centres = fitCentres(rows, leaf_count, dimension);
  const parents = parentsOf(centres);
  const nearest = createNearest(centres);
  const leaf_counts = new Float64Array(leaf_count);
  for (const row of rows) {
    const { index } = nearest(row);
    leaf_counts[index] = (leaf_counts[index] as number) + 1;
  }
  return {
    ...{ centres, parents },
    leaf_weights: weightsOf(leaf_counts),
    parent_weights: weightsOf(parentCounts(leaf_counts, { dimension, parents })),
    bin_edges: fitBinEdges(
      units
        .slice(cut)
        .flat()
        .map((row) => nearest(row).squared_distance),
    ),
  };
}

/**
 * How many of so many units the centres are fitted on. The distances to them are ranked on the others, which give the
 * null distribution of clusters too: vectors of one unit draw a centre to themselves.
 */
export function unitsForCentres(count: number): number {
  return Math.floor(Math.min(count * centres_part, Math.max(count - held_out_min, count / 2)));
}

/** Leaves whose centres are close have one parent. */
function parentsOf({ dimension, values }: Centres): Int32Array {
  const leaves = Array.from({ length: values.length / dimension }, (_, leaf) =>
    values.slice(leaf * dimension, (leaf + 1) * dimension),
  );
  const nearest = createNearest(fitCentres(leaves, Math.ceil(leaves.length / leaves_per_parent), dimension));
  return Int32Array.from(leaves, (leaf) => nearest(leaf).index);
}

function weightsOf(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => 2 / (count / total + 1 / counts.length));
}

/** Null distributions from what some units measured. */
export function fitClusterTraces(
  measured: readonly Float64Array[],
  shape: Shape & Pick<ClusterShares, 'leaf_weights' | 'parent_weights'>,
): ClusterFit {
  const leaves = measured.map((sums) => leafCounts(sums, shape));
  const samples = narrowSamples(meanVectors(measured, shape));
  return {
    leaves: fitLevel(leaves, shape.leaf_weights, samples),
    parents: fitLevel(
      leaves.map((counts) => parentCounts(counts, shape)),
      shape.parent_weights,
      samples,
    ),
  };
}

/** Two populations as varied as this one, in clusters of their own, lie twice the mean weight of a share apart. */
function fitLevel(
  units: readonly Float64Array[],
  weights: Float64Array,
  narrow_samples: readonly (readonly number[])[],
): KernelFit {
  const shares = meanRow(units);
  return {
    traces: fitTraces(
      units.map((unit) => unit.map((value, cluster) => value * Math.sqrt(weights[cluster] as number))),
      narrow_samples,
    ),
    unlike: weights.reduce((sum, weight, cluster) => sum + 2 * weight * (shares[cluster] as number) ** 2, 0),
  };
}
