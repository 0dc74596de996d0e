/** 2/√π: with it, a difference that is noise alone counts as 0 on average. */
const correction = 1.1283791670955126;

/**
 * Size of a difference without what noise adds to it: |x| - (2/√π)·σ·exp(-x²/2σ²). Where the true difference is 0
 * its mean is 0, since E|x| = √(2/π)·σ and E exp(-x²/2σ²) = 1/√2 for normal x; far from 0 it is |x|; between it
 * is too small rather than too large (derived here; |x| alone is the folded normal law of Leone et al.,
 * Technometrics 3, 1961). It can be negative, so that sums over many places stay unbiased.
 */
export function withoutNoise(difference: number, deviation: number): number {
  if (!(deviation > 0)) return Math.abs(difference);
  return Math.abs(difference) - correction * deviation * Math.exp(-((difference / deviation) ** 2) / 2);
}
