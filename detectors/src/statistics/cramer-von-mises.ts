/**
 * Cramér–von Mises distance of two samples: the squared difference of their distribution functions, averaged over
 * the pooled values (Anderson, Annals of Mathematical Statistics 33, 1962, with ties as in Conover 1999). `weights`
 * are the shares of the pooled values by bin. Without the factor nN/(n + N), the same for all permutations.
 */
export function cramerVonMises(difference: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let bin = 0; bin < difference.length; bin++) {
    sum += (weights[bin] as number) * (difference[bin] as number) ** 2;
  }
  return sum;
}
