import type { KernelFit } from '../sketches/fit-kernels.ts';
import type { Traces } from '../sketches/kernel-traces.ts';
import { leafCounts, type Shape } from '../sketches/layout.ts';
import { concentrationOf, type LeafMix } from '../sketches/pair-moments.ts';
import type { Comparison } from './family.ts';

/** Of the units of both sides: they are of one population where nothing drifted. */
export function mixAtHand({ fit, reference, current }: Comparison): LeafMix {
  const known = leafCounts(reference.sums, fit);
  const counts = leafCounts(current.sums, fit).map((count, leaf) => count + (known[leaf] as number));
  return { counts, count: reference.count + current.count };
}

/**
 * The traces of a population with this mix of leaves and the variance of the fit. A slice, or an hour of the week,
 * holds a few of the topics the fit was made from, so its features vary in fewer directions, and distances vary more
 * by chance. tr C² is as many times that of the fit as units are more concentrated; for d directions of equal variance
 * tr C² is 1/d and tr C³ is 1/d², so that goes with the square. Where units are less concentrated than the fit's, the
 * traces stay: p is on the safe side.
 */
export function tracesOfMix(
  { traces, pairs }: KernelFit,
  mix: LeafMix,
  shape: Pick<Shape, 'parents'>,
): Traces {
  if (pairs === undefined || !(pairs.concentration > 0)) return traces;
  const expected = concentrationOf(pairs, mix, shape) / pairs.concentration;
  const times = Math.max(expected, 1) ** pairs.exponent;
  const second = Math.min(traces.second * times, traces.first ** 2);
  return {
    ...traces,
    second,
    third: Math.min(traces.third * times ** 2, second ** 1.5),
    cubes: traces.cubes * times ** 2,
  };
}
