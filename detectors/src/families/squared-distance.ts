import type { KernelFit } from '../sketches/fit-kernels.ts';
import { fixed_point } from '../sketches/layout.ts';
import { meanOverNormal } from '../statistics/mean-over-normal.ts';
import { squaredEuclidean } from '../statistics/squared-euclidean.ts';
import { tailQuantile } from '../statistics/tail-quantile.ts';
import { type Cumulants, threeMomentTail } from '../statistics/three-moment-tail.ts';
import { tracesAtHand } from './traces-at-hand.ts';

/** One side of a comparison: the mean of some features over its units. */
export interface Side {
  readonly mean: Float64Array;
  readonly count: number;
  /** Mean over the units of the squared length of their features. */
  readonly mean_square: number;
  /** Trace of the covariance of its units, where it is better known than from these. */
  readonly variance?: number;
}

export interface SquaredDistance {
  /** Unbiased estimate of the squared distance between the means of the two populations. */
  readonly estimate: number;
  readonly p: number;
  /** Standard deviation of the estimate where the populations are the same. */
  readonly deviation: number;
  /** The part of it that the reference alone brings: it is the same in every window judged against it. */
  readonly deviation_of_reference: number;
  /** The estimate, 0 or more, that would have this p. */
  quantile(p: number): number;
  /** Largest eigenvalue of the features' covariance, or more. */
  readonly largest: number;
}

/** Beyond so many deviations lies less than any error of use, however skewed the law. */
const deviations_max = 64;

/** No sums are known better than to this squared length. */
const resolution = 1 / fixed_point;

/**
 * Do the means of two sets of features differ? The statistic is the unbiased squared distance: that of the means
 * without the mean squared length of what the sides' own units add (Gretton et al., "A kernel two-sample test",
 * JMLR 13, 2012, lemma 6). With weight a of a unit, 1/n in one side and -1/N in the other, it is a sum of
 * a·a'·k(x, x') over pairs of different units, whose variance and third moment under no drift are
 * 2·Σa²a'²·E k² and 8·Σa²a'²a''²·tr C³ + 4·Σa³a'³·E k³: exact, small windows included. The tail is that of the
 * chi-square law with these moments, averaged over what the fit's traces may err by: a fit of few units makes
 * larger p-values, as Student's law does.
 *
 * The fit's traces are scaled to the variance that the units on each side have, so that conversations of another
 * length are no drift, and grow where these units are of some of its topics alone.
 */
export function squaredDistance(
  current: Side,
  reference: Side,
  fitted: Pick<KernelFit, 'traces'>,
): SquaredDistance {
  const [n, m] = [current.count, reference.count];
  const [here, there] = [varianceOf(current), varianceOf(reference)];
  const traces = tracesAtHand(fitted.traces, {
    mean: current.mean.map((value, i) => (n * value + m * (reference.mean[i] as number)) / (n + m)),
    count: n + m,
    variance: (n * here + m * there) / (n + m),
  });
  const scale = (variance: number) => (traces.first > 0 ? variance / traces.first : 0);
  const [of_current, of_reference] = [scale(current.variance ?? here), scale(reference.variance ?? there)];
  const [a, b] = [of_current / n, of_reference / m];
  const squares = a ** 2 * (n / (n - 1)) + b ** 2 * (m / (m - 1)) + 2 * a * b;
  const skew = of_current ** 1.5 / n ** 2 - of_reference ** 1.5 / m ** 2;
  const estimate = squaredEuclidean(current.mean, reference.mean) - here / n - there / m;
  const { second = 0, third = 0 } = traces.errors ?? {};
  const cumulants = (error: number): Cumulants => ({
    mean: 0,
    variance: 2 * squares * traces.second * Math.exp(error * second) + resolution ** 2,
    third: (8 * (a + b) ** 3 * traces.third + 4 * skew ** 2 * traces.cubes) * Math.exp(error * third),
  });
  const tail = (value: number) => {
    const given = (error: number) => threeMomentTail(value, cumulants(error));
    return second > 0 ? meanOverNormal(given) : given(0);
  };
  const deviation = Math.sqrt(cumulants(0).variance);
  return {
    ...{ estimate, deviation },
    p: tail(estimate),
    deviation_of_reference: b * Math.sqrt(2 * traces.second),
    quantile: (p) => tailQuantile(tail, p, deviations_max * deviation),
    largest: Math.cbrt(Math.max(traces.third, 0)) * Math.max(of_current, of_reference),
  };
}

/** Trace of the covariance of one side's units. */
function varianceOf({ mean, mean_square, count }: Side): number {
  const square = mean.reduce((sum, value) => sum + value ** 2, 0);
  return (Math.max(mean_square - square, 0) * count) / (count - 1);
}
