import { mean } from 'simple-statistics';
import { threeMomentTail } from './three-moment-tail.ts';

/** With fewer draws beyond the value their number says little, and the law with their moments says more. */
const beyond_min = 20;
/** What rounding of floating-point numbers may differ by. */
const precision = 1e-9;

/**
 * Probability of a value at least as large under the law that the draws come from: (b + 1) / (B + 1) for b of B
 * draws (Davison and Hinkley, "Bootstrap methods", 1997, section 4.2). In the tail that they do not reach it is that
 * of the chi-square law with their first three moments, and never more than their number allows.
 */
export function monteCarloTail(value: number, draws: ArrayLike<number>): number {
  const values = Array.from(draws);
  const floor = value - Math.abs(value) * precision;
  const beyond = values.filter((draw) => draw >= floor).length;
  const counted = (beyond + 1) / (values.length + 1);
  if (beyond >= beyond_min) return counted;
  const centre = mean(values);
  const moment = (power: number) => mean(values.map((draw) => (draw - centre) ** power));
  return Math.min(counted, threeMomentTail(value, { mean: centre, variance: moment(2), third: moment(3) }));
}
