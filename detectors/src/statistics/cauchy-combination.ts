/** p-values below this count as this: their Cauchy quantile would not be a finite number. */
const smallest = 1e-300;
export interface Combination {
  /** Mean of the Cauchy quantiles. */
  readonly statistic: number;
  readonly p: number;
}

/**
 * One p-value from several that may depend on each other: the mean of their Cauchy quantiles is nearly Cauchy in
 * its tail (Liu and Xie, "Cauchy combination test", Journal of the American Statistical Association 115, 2020).
 */
export function combineByCauchy(p_values: readonly number[], largest = 1 - 1e-15): Combination {
  const statistic = p_values.reduce((sum, p) => sum + quantile(Math.min(p, largest)), 0) / p_values.length;
  return { statistic, p: tail(statistic) };
}

/** tan((1/2 - p)π), written for small p so that no digits cancel. */
function quantile(p: number): number {
  const bounded = Math.min(Math.max(p, smallest), 1 - 1e-15);
  return 1 / Math.tan(bounded * Math.PI);
}

function tail(statistic: number): number {
  return statistic > 0 ? Math.atan(1 / statistic) / Math.PI : 0.5 - Math.atan(statistic) / Math.PI;
}

/**
 * The same for tests of few units, which often have a p of 1, the quantile of which would outweigh any finding of the
 * others: what is above 0.99 counts as that (truncated Cauchy combination: Fang, Chang, Park and Tseng, Statistica
 * Sinica 33, 2023).
 */
export function combineByTruncatedCauchy(p_values: readonly number[]): Combination {
  return combineByCauchy(p_values, 0.99);
}

/** What dependence adds to the level of a combination: at normal correlations of .2 to .6 a tenth, else less. */
const dependence = 1.1;

/**
 * The same for tests that see the same units. The tail of their mean is Cauchy's only far out: at the levels in use
 * it is up to a tenth heavier, whatever the tests correlate by.
 */
export function combineDependentByCauchy(p_values: readonly number[]): Combination {
  const { statistic, p } = combineByCauchy(p_values);
  return { statistic, p: Math.min(p * dependence, 1) };
}
