import { andersonDarlingWeights } from '../statistics/anderson-darling.ts';
import { countShares } from '../statistics/count-shares.ts';
import { cramerVonMises } from '../statistics/cramer-von-mises.ts';
import { kolmogorovSmirnov } from '../statistics/kolmogorov-smirnov.ts';
import { meanRow } from '../statistics/mean-row.ts';
import { cumulantsOf } from '../statistics/monte-carlo-tail.ts';
import type { Cumulants } from '../statistics/three-moment-tail.ts';
import { createRandom, shuffled } from './random.ts';

const rows_max = 800;
const draws = 2000;

/**
 * Laws of squared distances of distribution functions, in the mean variance of their difference: the mean with the
 * weights of Anderson and Darling.
 */
export interface ProcessLaws {
  readonly kolmogorov_smirnov: Cumulants;
  readonly anderson_darling: Cumulants;
}

/**
 * How far distribution functions are apart by chance where units have several values: how alike values of a unit are
 * decides which differences go together, and no permutation of single values knows that. The units' own functions
 * are summed with random signs (multiplier bootstrap: van der Vaart and Wellner, "Weak convergence and empirical
 * processes", 1996, section 2.9; Rademacher's signs). Rows are shares by bin, one row for each unit.
 */
export function fitProcessLaws(units: readonly Float64Array[], seed: number): ProcessLaws {
  const random = createRandom(seed);
  const rows = shuffled(units, random).slice(0, rows_max);
  const bins = rows[0]?.length ?? 0;
  const weights = andersonDarlingWeights(countShares(meanRow(rows)));
  const functions = centred(rows.map(cumulated));
  let scale = 0;
  for (const row of functions) scale += cramerVonMises(row, weights);
  const [largest, square] = [new Float64Array(draws), new Float64Array(draws)];
  const process = new Float64Array(bins);
  for (let draw = 0; draw < draws; draw++) {
    process.fill(0);
    for (const row of functions) addSigned(row, random() >>> 31 === 0 ? 1 : -1, process);
    largest[draw] = kolmogorovSmirnov(process) ** 2 / scale;
    square[draw] = cramerVonMises(process, weights) / scale;
  }
  return { kolmogorov_smirnov: cumulantsOf(largest), anderson_darling: cumulantsOf(square) };
}

function addSigned(row: Float64Array, sign: number, target: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + sign * (row[i] as number);
}

function cumulated(shares: Float64Array): Float64Array {
  let below = 0;
  return shares.map((share) => {
    below += share;
    return below;
  });
}

function centred(rows: readonly Float64Array[]): Float64Array[] {
  const mean = meanRow(rows);
  return rows.map((row) => row.map((value, i) => value - (mean[i] as number)));
}
