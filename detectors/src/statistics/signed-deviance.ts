/** Hits among so many trials, on either side. */
export interface TwoCounts {
  readonly hits: number;
  readonly trials: number;
  readonly other_hits: number;
  readonly other_trials: number;
}

/**
 * Signed root of the likelihood ratio of two Poisson rates, first against second: nearly standard normal where
 * the rates are the same, with few hits too, where the plain z is not (McCullagh and Nelder, "Generalized linear
 * models", 1989, section 2.4).
 */
export function signedDeviance({ hits, trials, other_hits, other_trials }: TwoCounts): number {
  const rate = (hits + other_hits) / (trials + other_trials);
  const term = (seen: number, of: number) => (seen > 0 ? seen * Math.log(seen / (of * rate)) : 0);
  const deviance = 2 * (term(hits, trials) + term(other_hits, other_trials));
  return Math.sign(hits / trials - other_hits / other_trials) * Math.sqrt(Math.max(deviance, 0));
}
