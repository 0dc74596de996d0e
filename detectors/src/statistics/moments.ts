/** Sums over values in [0, 1], enough for their mean and variance. */
export interface Moments {
  readonly count: number;
  readonly sum: number;
  readonly sum_of_squares: number;
}

export function meanOf({ sum, count }: Moments): number {
  return sum / count;
}

/** Sample variance, with count - 1 below the line. */
export function varianceOf({ count, sum, sum_of_squares }: Moments): number {
  return Math.max(sum_of_squares - (sum * sum) / count, 0) / Math.max(count - 1, 1);
}
