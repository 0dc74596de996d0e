import { fixed_point, novelty_bins } from './layout.ts';

/** The last bin begins where one vector in 1,024 lies farther out. */
const octaves = 10;

/**
 * Share of the fit's own vectors that lie farther out than the start of each bin: 1, then geometric down to
 * 1/1,024. Equal steps in the tail's logarithm keep what a few far-out vectors say.
 */
export const tail_shares: readonly number[] = Array.from(
  { length: novelty_bins },
  (_, bin) => 2 ** ((-octaves * bin) / (novelty_bins - 1)),
);

/**
 * Score of each bin: the mean of -log(1 - rank) over it. For a tail share q uniform on (low, high) that is
 * 1 - (high·log high - low·log low) / (high - low). A vector like those of the fit scores 1 on average.
 */
export const bin_scores: readonly number[] = tail_shares.map((high, bin) => {
  const low = tail_shares[bin + 1] ?? 0;
  const entropy = (share: number) => (share === 0 ? 0 : share * Math.log(share));
  const score = 1 - (entropy(high) - entropy(low)) / (high - low);
  // Logarithms may differ in their last bit between engines, and sketches must not.
  return Math.round(score * fixed_point) / fixed_point;
});

/** Squared distances at which the bins after the first begin, from the distances of vectors left out of the fit. */
export function fitBinEdges(squared_distances: readonly number[]): Float64Array {
  const sorted = Float64Array.from(squared_distances).sort();
  return Float64Array.from(tail_shares.slice(1), (share) => {
    const position = (1 - share) * (sorted.length - 1);
    const below = sorted[Math.floor(position)] as number;
    const above = sorted[Math.ceil(position)] as number;
    return below + (position - Math.floor(position)) * (above - below);
  });
}

/** The bin of a squared distance: how many edges lie at or below it. */
export function binOf(squared_distance: number, edges: Float64Array): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] as number) <= squared_distance) low = middle + 1;
    else high = middle;
  }
  return low;
}
