import type { KernelFit } from '../sketches/fit-kernels.ts';
import { leafCounts, momentSum, parentCounts } from '../sketches/layout.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { categoryTraces } from '../statistics/category-traces.ts';
import { combineByCauchy } from '../statistics/cauchy-combination.ts';
import { distanceShare } from './distance-share.ts';
import { type Finding, intervalZ, type Question } from './family.ts';
import { squaredDistance } from './squared-distance.ts';

/**
 * Have clusters grown or shrunk? Finds shifts of the mix that kernels are too wide to see.
 *
 * Statistic: sum of squared differences of shares, each weighted with about one over the share, at the leaves and
 * at their parents; the two p-values are combined.
 */
export function compareClusters(question: Question): Finding {
  const levels = levelsOf(question).map((level) => compareLevel(level, question));
  const clearest = levels.reduce((best, level) => (level.p < best.p ? level : best));
  return { ...clearest, ...combineByCauchy(levels.map(({ p }) => p)) };
}

interface Level {
  readonly weights: Float64Array;
  readonly null_fit: KernelFit;
  readonly current: Counts;
  readonly reference: Counts;
}

interface Counts {
  readonly counts: Float64Array;
  readonly count: number;
  /** Sum over the units of their weighted squared shares. */
  readonly squares: number;
}

function levelsOf({ fit, current, reference }: Question): Level[] {
  const leaves = (sketch: Sketch): Counts => ({
    counts: leafCounts(sketch.sums, fit),
    count: sketch.count,
    squares: momentSum(sketch.sums, fit, 'leaves_squared'),
  });
  const parents = (sketch: Sketch): Counts => ({
    counts: parentCounts(leafCounts(sketch.sums, fit), fit),
    count: sketch.count,
    squares: momentSum(sketch.sums, fit, 'parents_squared'),
  });
  return [
    level(fit.leaf_weights, fit.clusters.leaves, leaves(current), leaves(reference)),
    level(fit.parent_weights, fit.clusters.parents, parents(current), parents(reference)),
  ];
}

function level(weights: Float64Array, null_fit: KernelFit, current: Counts, reference: Counts): Level {
  return { weights, null_fit: nullOf(weights, null_fit, [current, reference]), current, reference };
}

/** Where every unit is in one cluster, the shares at hand give the null distribution; else the fit's units do. */
function nullOf(weights: Float64Array, { traces, unlike }: KernelFit, sides: readonly Counts[]): KernelFit {
  const total = sides.reduce((sum, { count }) => sum + count, 0);
  const shares = weights.map((_, cluster) => {
    return sides.reduce((sum, { counts }) => sum + (counts[cluster] as number), 0) / total;
  });
  const whole = weights.reduce((sum, weight, cluster) => sum + weight * (shares[cluster] as number), 0);
  const squares = sides.reduce((sum, side) => sum + side.squares, 0) / total;
  return { unlike, traces: squares > 0.999 * whole ? categoryTraces(shares, weights) : traces };
}

function compareLevel({ weights, null_fit, current, reference }: Level, question: Question): Finding {
  const side = ({ counts, count, squares }: Counts) => ({
    count,
    mean: counts.map((value, cluster) => (value / count) * Math.sqrt(weights[cluster] as number)),
    mean_square: squares / count,
  });
  const distance = squaredDistance(side(current), side(reference), null_fit);
  return {
    statistic: distance.estimate,
    p: distance.p,
    ...distanceShare(distance, {
      z: intervalZ(question),
      unlike: null_fit.unlike,
      spread: 1 / current.count + 1 / reference.count,
    }),
  };
}
