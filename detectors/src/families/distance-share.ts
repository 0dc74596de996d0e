import { errorQuantile, reference_deviations, withinShares } from './family.ts';
import type { SquaredDistance } from './squared-distance.ts';

export interface ShareOptions {
  /** How often either end may be wrong. */
  readonly error: number;
  /** Squared distance of two populations as varied as the known one and unlike each other. */
  readonly unlike: number;
  /** 1/n + 1/N. */
  readonly spread: number;
}

/**
 * The share of a window that moves its mean so far. The drifted part d moves it by d times the distance between
 * two populations, and the share is d for a drifted part that is as varied as the fit and unlike it. A narrower
 * part, such as one text again and again, moves the mean farther, so its share is overstated.
 *
 * The variance of the estimate is what it is under no drift and 4f·d'Cd, where f = 1/n + 1/N and d'Cd <= λ·|d|²
 * with λ <= (tr C³)^(1/3); the ends of the interval are where that variance puts the estimate at the wanted
 * quantile: roots of a quadratic. What no drift adds is skewed, so at the lower end it is the quantile of the test
 * itself: an estimate that the test would not reject at this error leaves nothing (inversion of a test: Lehmann and
 * Romano, "Testing statistical hypotheses", 2005, section 3.5).
 */
export function distanceShare(distance: SquaredDistance, { error, unlike, spread }: ShareOptions) {
  const z = errorQuantile(error);
  const slope = z ** 2 * 4 * spread * distance.largest;
  const allowance = reference_deviations * distance.deviation_of_reference;
  const end = (estimate: number, sign: 1 | -1, chance: number) => {
    const middle = estimate + slope / 2;
    return middle + sign * Math.sqrt(Math.max(middle ** 2 - estimate ** 2 + chance ** 2, 0));
  };
  const share = (squared: number) => withinShares(Math.sqrt(Math.max(squared, 0) / unlike) || 0);
  return {
    share: share(distance.estimate),
    share_low: share(end(distance.estimate - allowance, -1, distance.quantile(error))),
    share_high: share(end(distance.estimate + allowance, 1, z * distance.deviation)),
  };
}
