import { reference_deviations, withinShares } from './family.ts';
import type { SquaredDistance } from './squared-distance.ts';

export interface ShareOptions {
  /** Normal quantile of either end. */
  readonly z: number;
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
 * quantile: roots of a quadratic.
 */
export function distanceShare(distance: SquaredDistance, { z, unlike, spread }: ShareOptions) {
  const constant = (z * distance.deviation) ** 2;
  const slope = z ** 2 * 4 * spread * distance.largest;
  const allowance = reference_deviations * distance.deviation_of_reference;
  const end = (estimate: number, sign: number) => {
    const middle = estimate + slope / 2;
    return middle + sign * Math.sqrt(Math.max(middle ** 2 - estimate ** 2 + constant, 0));
  };
  const share = (squared: number) => withinShares(Math.sqrt(Math.max(squared, 0) / unlike) || 0);
  return {
    share: share(distance.estimate),
    share_low: share(end(distance.estimate - allowance, -1)),
    share_high: share(end(distance.estimate + allowance, 1)),
  };
}
