import { mergeSketches } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import type { SliceSketch, Stream } from './streams.ts';
import type { Minute } from './windows.ts';

/** Two weeks: more than a window may last. */
const minutes_read_max = 20_160;

export interface TimeRange {
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}

/** Minutes of a stream that have sums, oldest first. */
export async function readMinutes(
  store: Pick<Store, 'query'>,
  { tenant, feature, sketch_id }: Stream,
  from_us: number | null,
): Promise<Minute[]> {
  const parameters = { tenant, feature, sketch_id, from_us, limit: minutes_read_max };
  return (await store.query('sketch_minutes', parameters)) as unknown as Minute[];
}

/** The sketch of each slice over all of the ranges together. */
export async function readSketches(
  store: Pick<Store, 'query'>,
  { tenant, feature, sketch_id }: Stream,
  ranges: readonly TimeRange[],
): Promise<SliceSketch[]> {
  const merged = new Map<string, SliceSketch>();
  for (const { from_us, to_us } of ranges) {
    const rows = await store.query('sketch_sums', { tenant, feature, sketch_id, from_us, to_us });
    for (const row of rows) {
      const [slice_key, slice_value] = [String(row['slice_key']), String(row['slice_value'])];
      const sums = Float64Array.from(row['sums'] as ArrayLike<number>);
      const sketch = { id: String(sketch_id), count: Number(row['count']), sums };
      const name = JSON.stringify([slice_key, slice_value]);
      const known = merged.get(name);
      merged.set(name, {
        slice_key,
        slice_value,
        sketch: known === undefined ? sketch : mergeSketches(known.sketch, sketch),
      });
    }
  }
  return [...merged.values()];
}
