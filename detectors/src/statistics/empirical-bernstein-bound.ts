import { type Moments, meanOf, varianceOf } from './moments.ts';

/**
 * Upper bound on the expectation of independent values in [0, 1], too low with probability `error` at most
 * (Maurer and Pontil, "Empirical Bernstein bounds and sample-variance penalization", COLT 2009, theorem 4). Tight
 * where the values vary little.
 */
export function empiricalBernsteinUpperBound(values: Moments, error: number): number {
  const { count } = values;
  if (count < 2) return 1;
  const log = Math.log(2 / error);
  const margin = Math.sqrt((2 * varianceOf(values) * log) / count) + (7 * log) / (3 * (count - 1));
  return Math.min(meanOf(values) + margin, 1);
}
