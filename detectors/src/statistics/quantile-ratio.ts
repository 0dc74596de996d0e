import type { Interval } from './proportion-difference.ts';
import { type Histogram, quantileInterval } from './quantile-interval.ts';

/**
 * How many times as high a quantile of the window is as that of the reference, with its 90 % interval: the two
 * intervals of the logarithms put together (Zou and Donner, "Construction of confidence limits about effect
 * measures", Statistics in Medicine 27, 2008). Null where a quantile or an end of its interval is not above 0.
 */
export function quantileRatio(current: Histogram, reference: Histogram, quantile: number): Interval | null {
  const now = quantileInterval(current, quantile);
  const before = quantileInterval(reference, quantile);
  if (!(now.low > 0 && before.low > 0)) return null;
  const log = Math.log(now.estimate / before.estimate);
  const down = Math.hypot(Math.log(now.estimate / now.low), Math.log(before.high / before.estimate));
  const up = Math.hypot(Math.log(now.high / now.estimate), Math.log(before.estimate / before.low));
  return { estimate: Math.exp(log), low: Math.exp(log - down), high: Math.exp(log + up) };
}
