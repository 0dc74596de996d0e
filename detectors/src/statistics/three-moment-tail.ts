import { upperIncompleteGamma } from './incomplete-gamma.ts';
import { normalTail } from './normal-tail.ts';

/** The first three cumulants of a random variable: mean, variance, and third central moment. */
export interface Cumulants {
  readonly mean: number;
  readonly variance: number;
  readonly third: number;
}

/** Above this many degrees of freedom the chi-square law is the normal law to more digits than anyone reads. */
const degrees_max = 1e8;

/**
 * Probability of a value at least as large, by the chi-square law with the same first three cumulants
 * (P. Hall, "Chi squared approximations to the distribution of a sum of independent random variables", Annals of
 * Probability 11, 1983; Buckley and Eagleson, Australian Journal of Statistics 30, 1988). Normal where there is
 * no positive skew. A variable without variance is a constant.
 */
export function threeMomentTail(value: number, { mean, variance, third }: Cumulants): number {
  if (!(variance > 0)) return value > mean ? 0 : 1;
  const z = (value - mean) / Math.sqrt(variance);
  const degrees = third > 0 ? (8 * variance ** 3) / third ** 2 : Number.POSITIVE_INFINITY;
  if (!(degrees < degrees_max)) return normalTail(z);
  return upperIncompleteGamma(degrees / 2, (degrees + Math.sqrt(2 * degrees) * z) / 2);
}
