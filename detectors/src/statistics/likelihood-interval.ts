import { coinDivergence } from './chernoff-bound.ts';
import type { Interval, Proportion } from './proportion-difference.ts';

const bisections = 30;

/**
 * A proportion with the interval of its likelihood: where the signed root of the deviance, 2n·KL(mean, m), is within
 * `z`, the normal quantile of either end (McCullagh and Nelder, "Generalized linear models", 1989, section 2.4).
 * Holds far out in the tails too, where Wilson's interval promises too much of a few hits.
 */
export function likelihoodInterval({ hits, count }: Proportion, z: number): Interval {
  const estimate = Math.min(Math.max(hits / count, 0), 1);
  const allowed = z ** 2 / (2 * count);
  const end = (towards: number) => {
    let [within, beyond] = [estimate, towards];
    for (let step = 0; step < bisections; step++) {
      const middle = (within + beyond) / 2;
      if (coinDivergence(estimate, middle) <= allowed) within = middle;
      else beyond = middle;
    }
    return within;
  };
  return { estimate, low: end(0), high: end(1) };
}
