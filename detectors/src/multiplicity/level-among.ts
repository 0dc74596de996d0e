import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { harmonic } from './benjamini-yekutieli.ts';

/**
 * The level at which one p-value is to be tested beside others, so that all of them tested like this are what
 * `benjaminiYekutieli` rejects of them: whether one is rejected depends on its own p only by p <= this, because the
 * number rejected with it does not change when its p falls further (Blanchard and Roquain, "Two simple sufficient
 * conditions for FDR control", Electronic Journal of Statistics 2, 2008). Alone it is `level`.
 */
export function levelAmong(other_p_values: readonly number[], level: number): number {
  return stepUpLevel(other_p_values, level / harmonic(other_p_values.length + 1));
}

/** The same for one over an e-value beside one over the others, as `eBenjaminiHochberg` rejects them. */
export function eLevelAmong(one_over_other_e_values: readonly number[], level: number): number {
  return stepUpLevel(one_over_other_e_values, level);
}

function stepUpLevel(others: readonly number[], level: number): number {
  return (level * benjaminiHochberg([0, ...others], level).length) / (others.length + 1);
}
