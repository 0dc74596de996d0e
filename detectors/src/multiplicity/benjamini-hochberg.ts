/**
 * Places of the hypotheses to reject so that at most a share `level` of the rejected is false on average: the k
 * smallest p-values, for the largest k at which the kth is at most k · level / m (Benjamini and Hochberg, Journal of
 * the Royal Statistical Society B 57, 1995). Holds for independent p-values and for such as rise together.
 */
export function benjaminiHochberg(p_values: readonly number[], level: number): number[] {
  const order = Array.from(p_values.keys()).sort((a, b) => (p_values[a] as number) - (p_values[b] as number));
  const passes = (place: number, rank: number) =>
    (p_values[place] as number) <= ((rank + 1) * level) / p_values.length;
  const last = order.findLastIndex(passes);
  return order.slice(0, last + 1).sort((a, b) => a - b);
}
