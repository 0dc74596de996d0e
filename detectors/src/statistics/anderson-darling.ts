/**
 * Weights that make the Cramér–von Mises distance that of Anderson and Darling, which sees the tails as well as the
 * middle: every squared difference over its variance without drift, up to a factor (two samples with ties: Scholz and
 * Stephens, Journal of the American Statistical Association 82, 1987). From the shares of the pooled values by bin;
 * 0 for the last bin with any, where no distribution functions differ.
 */
export function andersonDarlingWeights(shares: Float64Array): Float64Array {
  const last = shares.findLastIndex((share) => share > 0);
  let below = 0;
  return shares.map((share, bin) => {
    below += share;
    return bin < last && share > 0 ? share / (below * (1 - below)) : 0;
  });
}
