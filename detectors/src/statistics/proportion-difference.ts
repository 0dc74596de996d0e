export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export interface Proportion {
  readonly hits: number;
  readonly count: number;
}

/**
 * Difference of two independent proportions, first minus second, with the interval of Newcombe's method 10
 * (Statistics in Medicine 17, 1998): two Wilson score intervals put together. `z` is the normal quantile of the
 * wanted coverage, 1.96 for 95 %.
 */
export function proportionDifference(first: Proportion, second: Proportion, z: number): Interval {
  return intervalDifference(wilson(first, z), wilson(second, z));
}

/** Two independent intervals put together to that of their difference, whatever they are intervals of. */
export function intervalDifference(a: Interval, b: Interval): Interval {
  const estimate = a.estimate - b.estimate;
  return {
    estimate,
    low: estimate - Math.hypot(a.estimate - a.low, b.high - b.estimate),
    high: estimate + Math.hypot(a.high - a.estimate, b.estimate - b.low),
  };
}

/** Wilson's score interval (Journal of the American Statistical Association 22, 1927). */
function wilson({ hits, count }: Proportion, z: number): Interval {
  const estimate = hits / count;
  const centre = (hits + (z * z) / 2) / (count + z * z);
  const half = (z / (count + z * z)) * Math.sqrt((hits * (count - hits)) / count + (z * z) / 4);
  return { estimate, low: centre - half, high: centre + half };
}
