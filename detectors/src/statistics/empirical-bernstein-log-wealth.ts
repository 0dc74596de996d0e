import type { Moments } from './moments.ts';

export interface MomentBet {
  readonly values: Moments;
  /** Expectation of a value if nothing happened, at most; above 0. */
  readonly mean: number;
  /** Part of the wealth at stake, between 0 and 1, both excluded. */
  readonly stake: number;
}

/**
 * Logarithm of an e-value against "values in [0, 1] have a mean no higher than `mean`", from their sum and sum of
 * squares alone. With d = value / mean - 1 >= -1 it is Σ (stake · d - (-log(1 - stake) - stake) · d²), which
 * is below Σ log(1 + stake · d) (Fan, Grama and Liu, Electronic Journal of Probability 20, 2015, lemma 4.1; Howard
 * et al., Annals of Statistics 49, 2021).
 */
export function empiricalBernsteinLogWealth({ values, mean, stake }: MomentBet): number {
  const { count, sum, sum_of_squares } = values;
  const first = sum / mean - count;
  const second = sum_of_squares / mean ** 2 - (2 * sum) / mean + count;
  return stake * first - (-Math.log1p(-stake) - stake) * Math.max(second, 0);
}
