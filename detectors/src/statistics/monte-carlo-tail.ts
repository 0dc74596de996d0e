import { type Cumulants, threeMomentTail } from './three-moment-tail.ts';

/** With fewer draws beyond the value their number says little, and the law with their moments says more. */
const beyond_min = 20;
/** What rounding of floating-point numbers may differ by. */
const precision = 1e-9;

/**
 * Probability of a value at least as large under the law that the draws come from: (b + 1) / (B + 1) for b of B
 * draws (Davison and Hinkley, "Bootstrap methods", 1997, section 4.2). In the tail that too few of them reach it is
 * that of the chi-square law with their first three moments.
 */
export function monteCarloTail(value: number, draws: Float64Array): number {
  const floor = floorOf(value);
  let beyond = 0;
  for (let draw = 0; draw < draws.length; draw++) if ((draws[draw] as number) >= floor) beyond += 1;
  const counted = (beyond + 1) / (draws.length + 1);
  if (beyond >= beyond_min) return counted;
  const moments = cumulantsOf(draws);
  if (!(moments.variance > 0)) return counted;
  return Math.min(threeMomentTail(value, moments), (beyond_min + 1) / (draws.length + 1));
}

/**
 * The same for several statistics of the same draws, which end as soon as every value was reached often enough
 * (Besag and Clifford, Biometrika 78, 1991): where nothing drifted, that is after a few dozen.
 */
export function sequentialTails(values: readonly number[], draws: Iterable<readonly number[]>): number[] {
  const found = values.map((): number[] => []);
  const beyond = values.map(() => 0);
  for (const draw of draws) {
    values.forEach((value, test) => {
      const drawn = draw[test] as number;
      found[test]?.push(drawn);
      if (drawn >= floorOf(value)) beyond[test] = (beyond[test] as number) + 1;
    });
    if (beyond.every((count) => count >= beyond_min)) break;
  }
  return values.map((value, test) => monteCarloTail(value, Float64Array.from(found[test] as number[])));
}

function floorOf(value: number): number {
  return value - Math.abs(value) * precision;
}

/** Mean, variance and third central moment of the draws. */
export function cumulantsOf(draws: Float64Array): Cumulants {
  let sum = 0;
  for (let draw = 0; draw < draws.length; draw++) sum += draws[draw] as number;
  const mean = sum / draws.length;
  let [variance, third] = [0, 0];
  for (let draw = 0; draw < draws.length; draw++) {
    const off = (draws[draw] as number) - mean;
    variance += off * off;
    third += off * off * off;
  }
  return { mean, variance: variance / draws.length, third: third / draws.length };
}
