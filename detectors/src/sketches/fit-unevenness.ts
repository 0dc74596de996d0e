import { meanRow } from '../statistics/mean-row.ts';
import { estimateTraces } from './kernel-traces.ts';
import { createRandom, shuffled } from './random.ts';

/** Units whose pairs give the traces: time grows with their cube. */
const rows_max = 400;

/**
 * How much more a chi-square statistic of units varies than one of single values with the same mean: K·tr C² / (tr C)²
 * for K degrees of freedom and the covariance C of the units' shares over the root of their mean (the second-order
 * correction of Rao and Scott, Annals of Statistics 12, 1984). It is 1 where every value varies as much less as any
 * other because units have several, and K at most. Rows are shares by place, one row for each unit.
 */
export function fitUnevenness(units: readonly ArrayLike<number>[], seed: number): number {
  if (units.every((shares) => Array.from(shares).some((share) => share > 0.999))) return 1;
  const rows = shuffled(units, createRandom(seed)).slice(0, rows_max);
  const mean = meanRow(rows);
  const seen = Array.from(mean.keys()).filter((place) => (mean[place] as number) > 0);
  const { first, second } = estimateTraces(
    rows.map((row) =>
      Float64Array.from(seen, (place) => (row[place] as number) / Math.sqrt(mean[place] as number)),
    ),
  );
  const degrees = seen.length - 1;
  return first > 0 ? Math.min(Math.max((degrees * second) / first ** 2, 1), Math.max(degrees, 1)) : 1;
}
