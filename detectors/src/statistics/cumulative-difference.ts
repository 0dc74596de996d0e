/**
 * Difference of two distribution functions, first minus second, at the end of each bin: from counts in the same
 * ascending bins. Written into `target`, so that many can be made without new arrays.
 */
export function cumulativeDifference(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  target = new Float64Array(first.length),
): Float64Array {
  const [per_first, per_second] = [1 / total(first), 1 / total(second)];
  let difference = 0;
  for (let bin = 0; bin < target.length; bin++) {
    difference += (first[bin] as number) * per_first - (second[bin] as number) * per_second;
    target[bin] = difference;
  }
  return target;
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i] as number;
  return sum > 0 ? sum : 1;
}
