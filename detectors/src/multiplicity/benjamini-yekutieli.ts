import { benjaminiHochberg } from './benjamini-hochberg.ts';

/**
 * Places of the hypotheses to reject so that at most a share `level` of the rejected is false on average, however
 * the p-values depend on each other: Benjamini and Hochberg's procedure at the level over 1 + 1/2 + … + 1/m (Benjamini
 * and Yekutieli, "The control of the false discovery rate in multiple testing under dependency", Annals of Statistics
 * 29, 2001).
 */
export function benjaminiYekutieli(p_values: readonly number[], level: number): number[] {
  return benjaminiHochberg(p_values, level / harmonic(p_values.length));
}

/** 1 + 1/2 + … + 1/count. */
export function harmonic(count: number): number {
  let sum = 0;
  for (let rank = count; rank >= 1; rank--) sum += 1 / rank;
  return sum;
}
