import { threeMomentTail } from './three-moment-tail.ts';

const beyond_wanted = 10;
const draws_max = 10_000;
/** What rounding of floating-point numbers may differ by. */
const precision = 1e-9;

/**
 * Probability of a value at least as large under the law that is drawn from: drawing ends as soon as ten draws are
 * beyond the value, and the probability is ten over the draws it took (Besag and Clifford, "Sequential Monte Carlo
 * p-values", Biometrika 78, 1991). It is exact, and most values take few draws. What fewer than ten of ten thousand
 * draws reach is rarer than one in a thousand: then the chi-square law with the draws' first three moments tells.
 */
export function sequentialTail(value: number, draw: () => number): number {
  const floor = value - Math.abs(value) * precision;
  let [beyond, sum, squares, cubes] = [0, 0, 0, 0];
  for (let draws = 1; draws <= draws_max; draws++) {
    const drawn = draw();
    if (drawn >= floor) beyond += 1;
    if (beyond === beyond_wanted) return beyond_wanted / draws;
    const off = drawn - value;
    sum += off;
    squares += off * off;
    cubes += off * off * off;
  }
  const mean = sum / draws_max;
  const square = squares / draws_max;
  const law = {
    mean,
    variance: square - mean ** 2,
    third: cubes / draws_max - 3 * mean * square + 2 * mean ** 3,
  };
  const counted = law.variance > 0 ? threeMomentTail(0, law) : 0;
  return Math.min(Math.max(counted, 0), beyond_wanted / draws_max);
}
