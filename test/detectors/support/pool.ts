import type { Fit, Sketch } from '@sextant/detectors';
import { createMeasure } from '../../../detectors/src/sketches/measure.ts';
import { type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';

/** Units of one population, measured once: a sketch of any of them is then a sum of rows. */
export interface Pool {
  readonly fit: Fit;
  readonly rows: readonly Int32Array[];
  readonly total: Float64Array;
}

export function createPool(fit: Fit, units: readonly (readonly Float32Array[])[]): Pool {
  const measure = createMeasure(fit);
  const rows = units.map((unit) => Int32Array.from(measure(unit)));
  return { fit, rows, total: sumRows(fit, rows).sums };
}

export function sumRows(fit: Pick<Fit, 'id'>, rows: readonly Int32Array[]): Sketch {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows)
    for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (row[i] as number);
  return { id: fit.id, count: rows.length, sums };
}

export interface Deal {
  readonly reference: Sketch;
  /** Indexes of the rows in the reference, and of the others, in random order. */
  readonly taken: readonly number[];
  readonly rest: readonly number[];
}

/** A reference of its own for every window: the rows of the pool that are not left over. */
export function dealReference(pool: Pool, n_reference: number, random: RandomSource): Deal {
  const order = shuffled(Array.from(pool.rows.keys()), random);
  const rest = order.slice(n_reference);
  const left = sumRows(pool.fit, rowsAt(pool, rest));
  const sums = pool.total.map((sum, i) => sum - (left.sums[i] as number));
  return {
    reference: { id: pool.fit.id, count: n_reference, sums },
    taken: order.slice(0, n_reference),
    rest,
  };
}

export function rowsAt({ rows }: Pool, indexes: readonly number[]): Int32Array[] {
  return indexes.map((index) => rows[index] as Int32Array);
}

export function sample<Item>(items: readonly Item[], count: number, random: RandomSource): Item[] {
  return shuffled(items, random).slice(0, count);
}
