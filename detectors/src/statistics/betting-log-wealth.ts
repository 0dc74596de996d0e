export interface CountedBet {
  /** Values in each bin; fractions of a unit are allowed. */
  readonly counts: ArrayLike<number>;
  /** Score of each bin, 0 to 1. */
  readonly scores: ArrayLike<number>;
  /** Expected score of a value if nothing happened, at most; above 0. */
  readonly mean: number;
  /** Part of the wealth at stake, between 0 and 1. */
  readonly stake: number;
}

/**
 * Logarithm of what one unit of money becomes by betting that scores are higher than `mean`: each value multiplies
 * it by 1 + stake · (score / mean - 1), which is 1 on average at most while the mean score is no higher
 * (Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal
 * Statistical Society B 86, 2024). So it is an e-value, whatever the law of the scores.
 *
 * A unit spread over several bins would multiply by the stake on its mean score. Adding the logarithms of its parts
 * gives less (Jensen), so the e-value errs to the safe side.
 */
export function bettingLogWealth({ counts, scores, mean, stake }: CountedBet): number {
  let sum = 0;
  for (let bin = 0; bin < scores.length; bin++) {
    const count = counts[bin] as number;
    if (count > 0) sum += count * Math.log1p(stake * ((scores[bin] as number) / mean - 1));
  }
  return sum;
}
