import type { Observation } from './observation.ts';

/** 16 MB: a thousand units of vectors. */
const numbers_max = 2_000_000;

/**
 * What units measured, as far as it is remembered. A conversation that goes on is measured anew each time, and what
 * it measured before is taken off: that need not be measured as well.
 */
export interface MeasuredUnits {
  find(fit_id: string, values: readonly Observation[]): Float64Array | undefined;
  /** Keeps the array. */
  keep(fit_id: string, values: readonly Observation[], sums: Float64Array): void;
}

export function createMeasuredUnits(): MeasuredUnits {
  // In the order in which they were kept.
  const units = new Map<string, Float64Array>();
  let numbers = 0;
  return {
    find: (fit_id, values) => units.get(nameOf(fit_id, values)),
    keep(fit_id, values, sums) {
      const name = nameOf(fit_id, values);
      if (units.has(name)) return;
      units.set(name, sums);
      numbers += sums.length;
      for (const [oldest, { length }] of units) {
        if (numbers <= numbers_max) break;
        units.delete(oldest);
        numbers -= length;
      }
    },
  };
}

function nameOf(fit_id: string, values: readonly Observation[]): string {
  return JSON.stringify([fit_id, ...values.map(({ value_key }) => value_key)]);
}
