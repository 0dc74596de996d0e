import type { KernelFit } from '../sketches/fit.ts';
import { features_per_bandwidth, fixed_point, kernelSums } from '../sketches/layout.ts';
import { combineByCauchy } from '../statistics/cauchy-combination.ts';
import { threeMomentTail } from '../statistics/three-moment-tail.ts';
import { type Comparison, type Finding, interval_z, withinShares } from './family.ts';

/**
 * Do the kernel means differ? Finds shifts of topic and of the mix of topics.
 *
 * Statistic: squared distance of the mean random features, one for each bandwidth. Under no drift it is a sum of
 * chi-squares weighted with the eigenvalues of the features' covariance, times 1/n + 1/N (Gretton et al., "A
 * kernel two-sample test", JMLR 13, 2012), whose tail three traces give. The bandwidths' p-values are combined.
 *
 * Share: the drifted part d of the window moves the mean by d times the distance between two populations, and
 * the share is d for a drifted part that is as varied as the fit and unlike it. A narrower part, such as one text
 * again and again, moves the mean farther, so its share is overstated.
 */
export function compareKernelMeans({ fit, reference, current }: Comparison): Finding {
  const spread = 1 / current.count + 1 / reference.count;
  const results = fit.kernels.map((kernel, index) => {
    const distance = squaredDistance(
      { sums: kernelSums(reference.sums, index), count: reference.count },
      { sums: kernelSums(current.sums, index), count: current.count },
    );
    return { distance, kernel, p: tailOf(distance, kernel, spread) };
  });
  const { statistic, p } = combineByCauchy(results.map((result) => result.p));
  const clearest = results.reduce((best, result) => (result.p < best.p ? result : best));
  return { statistic, p, ...shareOf(clearest.distance, clearest.kernel, spread) };
}

function tailOf(distance: number, { traces }: KernelFit, spread: number): number {
  return threeMomentTail(distance, {
    mean: spread * traces.first,
    variance: 2 * spread ** 2 * traces.second,
    third: 8 * spread ** 3 * traces.third,
  });
}

/**
 * The squared distance between the populations is what is left after taking off its mean under no drift. Its
 * variance is 2f² tr C² + 4f·d'Cd, where f = 1/n + 1/N and d'Cd <= λ·|d|² with λ <= (tr C³)^(1/3); the ends of
 * the interval are where that variance puts the estimate at the wanted quantile: roots of a quadratic.
 */
function shareOf(
  distance: number,
  { traces, unlike }: KernelFit,
  spread: number,
): Omit<Finding, 'statistic' | 'p'> {
  const estimate = distance - spread * traces.first;
  const constant = interval_z ** 2 * 2 * spread ** 2 * traces.second;
  const slope = interval_z ** 2 * 4 * spread * Math.cbrt(Math.max(traces.third, 0));
  const middle = estimate + slope / 2;
  const half = Math.sqrt(Math.max(middle ** 2 - estimate ** 2 + constant, 0));
  const share = (squared: number) => withinShares(Math.sqrt(Math.max(squared, 0) / unlike) || 0);
  return { share: share(estimate), share_low: share(middle - half), share_high: share(middle + half) };
}

interface Sum {
  readonly sums: Float64Array;
  readonly count: number;
}

function squaredDistance(a: Sum, b: Sum): number {
  let sum = 0;
  for (let i = 0; i < features_per_bandwidth; i++) {
    sum += ((a.sums[i] as number) / a.count - (b.sums[i] as number) / b.count) ** 2;
  }
  return (sum * 2) / features_per_bandwidth / fixed_point ** 2;
}
