import { probit } from 'simple-statistics';
import type { Interval } from './proportion-difference.ts';

/** Normal quantile of a 90 % interval. */
const interval_z = probit(0.95);

/** Values counted in bins with ascending ends. */
export interface Histogram {
  /** Values in each bin; fractions of a unit are allowed. */
  readonly counts: ArrayLike<number>;
  /** Where the bins begin and end: one more than there are counts. */
  readonly edges: ArrayLike<number>;
  /** Independent units that the counts stand for. */
  readonly count: number;
}

/**
 * A quantile of the values with its 90 % interval, which is free of assumptions on their law: the order statistics
 * between which the number of values below the quantile, a binomial variable, lies (David and Nagaraja, "Order
 * statistics", 2003, section 7.1), by its normal approximation. Inside a bin values are taken as evenly spread. Where
 * the sample is too small to have a value beyond the quantile for certain, nothing bounds that end: it is infinite.
 */
export function quantileInterval(histogram: Histogram, quantile: number): Interval {
  const half = interval_z * Math.sqrt((quantile * (1 - quantile)) / histogram.count);
  return {
    estimate: quantileOf(histogram, quantile),
    low: quantile - half > 0 ? quantileOf(histogram, quantile - half) : Number.NEGATIVE_INFINITY,
    high: quantile + half < 1 ? quantileOf(histogram, quantile + half) : Number.POSITIVE_INFINITY,
  };
}

function quantileOf({ counts, edges }: Histogram, quantile: number): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  let left = quantile * total;
  for (let bin = 0; bin < counts.length; bin++) {
    const count = counts[bin] as number;
    const [low, high] = [edges[bin] as number, edges[bin + 1] as number];
    if (count > 0 && left <= count) return low + (left / count) * (high - low);
    left -= count;
  }
  return edges[counts.length] as number;
}
