import { type Moments, meanOf } from './moments.ts';

const bisections = 60;

/**
 * Upper bound on the expectation of independent values in [0, 1], too low with probability `error` at most: the
 * largest m for which count · KL(mean, m) <= log(1 / error), where KL is the divergence of two coins (Hoeffding,
 * Journal of the American Statistical Association 58, 1963, theorem 1). Tight for rates, small ones too.
 */
export function chernoffUpperBound(values: Moments, error: number): number {
  const mean = Math.min(meanOf(values), 1);
  const allowed = Math.log(1 / error) / values.count;
  let [low, high] = [mean, 1];
  for (let step = 0; step < bisections; step++) {
    const middle = (low + high) / 2;
    if (coinDivergence(mean, middle) <= allowed) low = middle;
    else high = middle;
  }
  return high;
}

/** Kullback–Leibler divergence of a coin from another, in nats. */
export function coinDivergence(a: number, b: number): number {
  const term = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
  return term(a, b) + term(1 - a, 1 - b);
}
