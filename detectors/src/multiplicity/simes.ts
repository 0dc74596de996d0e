/**
 * One p-value for "none of these changed": the smallest of m · p / rank (Simes, Biometrika 73, 1986). Holds for
 * independent p-values and for such as rise together.
 */
export function simes(p_values: readonly number[]): number {
  const sorted = p_values.toSorted((a, b) => a - b);
  return Math.min(1, ...sorted.map((p, index) => (p * sorted.length) / (index + 1)));
}
