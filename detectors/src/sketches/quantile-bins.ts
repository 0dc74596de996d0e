const bins_max = 256;

/** Values with the weights of their units: one over the number of values in the unit. */
export type WeightedValues = readonly (readonly [value: number, weight: number])[];

/**
 * Upper ends of the bins, ascending, so that a bin holds about 1/256 of the fit's units: bin i holds the values x
 * with edge[i - 1] < x <= edge[i], and the last bin those above every edge. A value so frequent that several
 * quantiles fall on it gets a bin of its own, which holds nothing else of the fit; where there are at most 255
 * different values, every one of them does.
 */
export function fitQuantileBins(weighted: WeightedValues): number[] {
  const sorted = weighted.toSorted(([a], [b]) => a - b);
  const distinct = [...new Set(sorted.map(([value]) => value))];
  if (distinct.length < bins_max) return distinct;
  const edges = new Set<number>();
  const frequent = new Set<number>();
  for (const value of quantiles(sorted)) (edges.has(value) ? frequent : edges).add(value);
  const places = new Map(distinct.map((value, place) => [value, place]));
  for (const value of frequent) {
    const before = distinct[(places.get(value) as number) - 1];
    if (before !== undefined) edges.add(before);
  }
  return [...edges].sort((a, b) => a - b);
}

/** The quantiles 1/256 … 255/256 of values in ascending order. */
function quantiles(sorted: WeightedValues): number[] {
  const total = sorted.reduce((sum, [, weight]) => sum + weight, 0);
  const found: number[] = [];
  let below = 0;
  for (const [value, weight] of sorted) {
    below += weight;
    while (found.length < bins_max - 1 && below >= ((found.length + 1) / bins_max) * total - 1e-9) {
      found.push(value);
    }
  }
  return found;
}

/** How many edges lie below the value: the number of its bin. */
export function quantileBinOf(value: number, edges: ArrayLike<number>): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
