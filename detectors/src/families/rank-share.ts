import { countShares } from '../statistics/count-shares.ts';
import { varianceOfMean } from '../statistics/design-effect.ts';
import { likelihoodInterval } from '../statistics/likelihood-interval.ts';
import { rankWidths } from '../statistics/rank-wasserstein.ts';
import { withoutNoise } from '../statistics/without-noise.ts';

import { cumulative, type DistributionQuestion } from './distribution-side.ts';
import { errorQuantile, type Finding, withinShares } from './family.ts';

/** Σλ² of the weights 1/j(j + 1) of the law of Anderson and Darling, whose sum is 1: π²/3 - 3. */
const single_value_unevenness = Math.PI ** 2 / 3 - 3;

/**
 * The Wasserstein distance on the scale of ranks, without what chance adds to it. To first order it is a sum over the
 * units of how much one more in their bin would change it: by the ranks between there and the end, each with the
 * sign of the difference at it, and by the weight it gives to the difference at hand. So its variance is that of
 * these changes (influence function: Hampel, Journal of the American Statistical Association 69, 1974); where all
 * moved one way they are the placements of DeLong et al. (Biometrics 44, 1988). At the upper end what chance may have
 * added stays in.
 */
export function movedRanks(
  question: DistributionQuestion,
  design_effect: number,
): Omit<Finding, 'statistic' | 'p'> {
  const { estimate, with_noise, variance } = rankDistance(question);
  const { low, high } = distanceInterval(with_noise, {
    variance: variance * varianceOfUnits(question, design_effect),
    count_min: Math.min(question.current.count, question.reference.count),
    z: errorQuantile(question.alpha),
  });
  return {
    share: withinShares(estimate),
    share_low: withinShares(estimate - (with_noise - low)),
    share_high: withinShares(high),
  };
}

interface Doubt {
  readonly variance: number;
  readonly count_min: number;
  readonly z: number;
}

/** (1 + distance)/2 is how often one of two values is the higher: a proportion of so many trials as vary so much. */
function distanceInterval(distance: number, { variance, count_min, z }: Doubt) {
  const estimate = (1 + Math.min(distance, 1)) / 2;
  const trials = (4 * estimate * (1 - estimate)) / variance;
  const count = Number.isFinite(trials) && trials > 0 ? trials : count_min;
  const { low, high } = likelihoodInterval({ hits: estimate * count, count }, z);
  return { low: 2 * low - 1, high: 2 * high - 1 };
}

function rankDistance({ reference, current }: DistributionQuestion) {
  const [p, q] = [countShares(reference.counts), countShares(current.counts)];
  const widths = rankWidths(p.map((share, bin) => (share + (q[bin] as number)) / 2));
  const [before, after] = [cumulative(reference), cumulative(current)];
  const shifts = widths.map(
    (_, bin) => (after.counts[bin] as number) / after.count - (before.counts[bin] as number) / before.count,
  );
  let [estimate, with_noise, beyond] = [0, 0, 0];
  const [of_current, of_reference] = [new Float64Array(widths.length), new Float64Array(widths.length)];
  for (let bin = widths.length - 1; bin >= 0; bin--) {
    const [shift, width] = [shifts[bin] as number, widths[bin] as number];
    const noise = Math.sqrt(varianceOfMean(before, bin) + varianceOfMean(after, bin));
    estimate += 2 * width * (width > 0 ? withoutNoise(shift, noise) : 0);
    with_noise += 2 * width * Math.abs(shift);
    beyond += 2 * width * Math.sign(shift);
    const weight = (Math.abs(shift) + Math.abs(shifts[bin - 1] ?? 0)) / 2;
    of_current[bin] = weight + beyond;
    of_reference[bin] = weight - beyond;
  }
  const variance = varianceOf(of_current, q) / current.count + varianceOf(of_reference, p) / reference.count;
  return { estimate, with_noise, variance };
}

function varianceOf(values: Float64Array, shares: Float64Array): number {
  let [mean, square] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    mean += (shares[i] as number) * (values[i] as number);
    square += (shares[i] as number) * (values[i] as number) ** 2;
  }
  return Math.max(square - mean ** 2, 0);
}

/**
 * What units of several values vary by, of what single values would: the mean design effect, times how much more of
 * it is in few ways to vary than of that of single values, as a shift is one of them.
 */
function varianceOfUnits({ laws }: DistributionQuestion, design_effect: number): number {
  if (laws === null || design_effect === 1) return 1;
  const { mean, variance } = laws.anderson_darling;
  return Math.min((design_effect * (variance / mean ** 2)) / (2 * single_value_unevenness), 1);
}
