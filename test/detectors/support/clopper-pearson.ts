/**
 * Exact interval of a rate (Clopper and Pearson, Biometrika 26, 1934): the rates under which what was seen is not
 * in the outer (1 - coverage) / 2 of the binomial law, found by bisection.
 */
export function clopperPearson(hits: number, trials: number, coverage = 0.99): { low: number; high: number } {
  const outer = (1 - coverage) / 2;
  return {
    low: hits === 0 ? 0 : bisect((rate) => 1 - binomialBelow(hits, trials, rate) < outer),
    high: hits === trials ? 1 : bisect((rate) => binomialBelow(hits + 1, trials, rate) > outer),
  };
}

/** The largest rate for which the condition, true at 0 and false at 1, holds. */
function bisect(holds: (rate: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Probability of fewer than `hits`. */
function binomialBelow(hits: number, trials: number, rate: number): number {
  let log_choose = 0;
  let sum = 0;
  for (let k = 0; k < hits; k++) {
    sum += Math.exp(log_choose + k * Math.log(rate) + (trials - k) * Math.log1p(-rate));
    log_choose += Math.log(trials - k) - Math.log(k + 1);
  }
  return sum;
}
