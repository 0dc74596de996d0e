/**
 * An e-value from a p-value: the mean over k of k · p^(k - 1), which is (1 - p + p · log p) / (p · log² p) (Vovk and
 * Wang, "E-values: calibration, combination and applications", Annals of Statistics 49, 2021, section 2).
 */
export function eValueOf(p: number): number {
  if (p <= 0) return Number.POSITIVE_INFINITY;
  const log = Math.log(p);
  // By the series around p = 1, where the quotient loses its digits.
  if (log > -1e-4) return 0.5 - log / 6;
  return (1 - p + p * log) / (p * log * log);
}
