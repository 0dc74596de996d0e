/**
 * Largest distance of two distribution functions (Kolmogorov 1933, Smirnov 1939; Conover, "Practical nonparametric
 * statistics", 1999, section 6.3), from their difference at the end of each bin: exact where a bin holds one value.
 */
export function kolmogorovSmirnov(difference: Float64Array): number {
  let largest = 0;
  for (let bin = 0; bin < difference.length; bin++) {
    largest = Math.max(largest, Math.abs(difference[bin] as number));
  }
  return largest;
}
