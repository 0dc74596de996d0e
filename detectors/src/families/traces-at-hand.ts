import type { Traces } from '../sketches/kernel-traces.ts';
import { squaredEuclidean } from '../statistics/squared-euclidean.ts';

/** Units of both sides of a comparison: of one population, where nothing drifted. */
export interface UnitsAtHand {
  readonly mean: Float64Array;
  readonly count: number;
  /** Trace of the covariance of a unit. */
  readonly variance: number;
}

/**
 * The traces of the population at hand, at the variance of the fit's. The nearer its mean is to that of the fit, the
 * nearer they are to the fit's: see `Narrowing`. With d directions of equal variance tr C² / (tr C)² is 1/d and
 * tr C³ / (tr C)³ is 1/d², so that grows with the square. No traces are more than those of one direction.
 */
export function tracesAtHand(traces: Traces, { mean, count, variance }: UnitsAtHand): Traces {
  const { narrowing } = traces;
  if (narrowing === undefined || !(variance > 0)) return traces;
  const by_chance = variance / count + traces.first / narrowing.count;
  const distance = Math.max(squaredEuclidean(mean, narrowing.mean) - by_chance, 0);
  const growth = 1 + (narrowing.slope * distance) / variance;
  const second = Math.max(Math.min(traces.second * growth, traces.first ** 2), traces.second);
  return {
    ...traces,
    second,
    third: Math.max(Math.min(traces.third * growth ** 2, second ** 1.5), traces.third),
    cubes: traces.cubes * growth ** 2,
  };
}
