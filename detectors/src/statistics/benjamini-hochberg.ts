/**
 * p-values adjusted for the number of them: those at most q hold false discoveries to a share of q (Benjamini and
 * Hochberg, Journal of the Royal Statistical Society B 57, 1995). In the order of the input.
 */
export function adjustByBenjaminiHochberg(p_values: readonly number[]): number[] {
  const order = Array.from(p_values.keys()).sort((a, b) => (p_values[b] as number) - (p_values[a] as number));
  const adjusted = new Array<number>(p_values.length).fill(1);
  let smallest = 1;
  order.forEach((index, from_largest) => {
    const rank = p_values.length - from_largest;
    smallest = Math.min(smallest, ((p_values[index] as number) * p_values.length) / rank);
    adjusted[index] = smallest;
  });
  return adjusted;
}
