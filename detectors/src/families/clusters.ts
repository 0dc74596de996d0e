import type { KernelFit } from '../sketches/fit-kernels.ts';
import { leafCounts, momentSum, parentCounts } from '../sketches/layout.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { categoryTraces } from '../statistics/category-traces.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';
import { dealtDistanceTail } from './dealt-distance.ts';
import { distanceShare } from './distance-share.ts';
import { endError, type Finding, type Question } from './family.ts';
import { squaredDistance } from './squared-distance.ts';

/** In a sample of fewer units most clusters are too rare for a law of few moments, where they can be dealt anew. */
const dealt_units_max = 500;

/**
 * Have clusters grown or shrunk? Finds shifts of the mix that kernels are too wide to see.
 *
 * Statistic: sum of squared differences of shares, each weighted with about one over the share, at the leaves and
 * at their parents; the two p-values are combined. In small windows of single vectors the p-values are those of dealing
 * the same units anew to window and reference; else those of a law with the moments of the statistic.
 */
export function compareClusters(question: Question): Finding {
  const levels = levelsOf(question).map((level) => compareLevel(level, question));
  const clearest = levels.reduce((best, level) => (level.p < best.p ? level : best));
  return { ...clearest, ...combineByTruncatedCauchy(levels.map(({ p }) => p)) };
}

interface Level {
  readonly weights: Float64Array;
  readonly null_fit: KernelFit;
  /** Every unit is in one cluster. */
  readonly single: boolean;
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

function level(weights: Float64Array, fitted: KernelFit, current: Counts, reference: Counts): Level {
  const total = current.count + reference.count;
  const shares = pooled(current, reference).map((count) => count / total);
  const whole = weights.reduce((sum, weight, cluster) => sum + weight * (shares[cluster] as number), 0);
  const single = (current.squares + reference.squares) / total > 0.999 * whole;
  // Where every unit is in one cluster, the shares at hand give the null distribution; else the fit's units do.
  const null_fit = single ? { ...fitted, traces: categoryTraces(shares, weights) } : fitted;
  return { weights, null_fit, single, current, reference };
}

function pooled(current: Counts, reference: Counts): Float64Array {
  return current.counts.map((count, cluster) => count + (reference.counts[cluster] as number));
}

function compareLevel(of: Level, question: Question): Finding {
  const { weights, null_fit, current, reference } = of;
  const side = ({ counts, count, squares }: Counts) => ({
    count,
    mean: counts.map((value, cluster) => (value / count) * Math.sqrt(weights[cluster] as number)),
    mean_square: squares / count,
  });
  const distance = squaredDistance(side(current), side(reference), null_fit);
  return {
    statistic: distance.estimate,
    p: canBeDealt(of) ? dealtDistanceTail(of) : distance.p,
    ...distanceShare(distance, {
      error: endError(question),
      unlike: null_fit.unlike,
      spread: 1 / current.count + 1 / reference.count,
    }),
  };
}

function canBeDealt({ single, current, reference }: Level): boolean {
  return (
    single &&
    Math.min(current.count, reference.count) < dealt_units_max &&
    [current, reference].every(({ counts }) => counts.every((count) => Number.isInteger(count) && count >= 0))
  );
}
