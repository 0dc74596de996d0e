import type { DatabaseSync } from 'node:sqlite';
import { slice_columns } from '../stores/slices.ts';
import type { Slice, Stream } from './streams.ts';

const values_max = 20;

/** Where every vector is counted. */
export const whole: Slice = { slice_key: 'all', slice_value: 'all' };
const rest = 'other';

/**
 * The slices a vector belongs to: the whole, and one for each slice column its span has. The first twenty values
 * of a column have a slice each, the others share one.
 */
export type SlicesOf = (stream: Stream, slices_json: string) => Slice[];

export function createSlicesOf(database: DatabaseSync): SlicesOf {
  const has = database.prepare(`
    SELECT 1 FROM watch_slice_values
    WHERE stream_id = $stream_id AND slice_key = $slice_key AND slice_value = $slice_value`);
  const count = database.prepare(`
    SELECT count(*) AS n FROM watch_slice_values WHERE stream_id = $stream_id AND slice_key = $slice_key`);
  const insert = database.prepare(
    'INSERT INTO watch_slice_values VALUES ($stream_id, $slice_key, $slice_value)',
  );

  /** Written before the work is finished, so that the same work always falls into the same slices. */
  function keepsItsName(stream_id: number, slice: Slice): boolean {
    const row = { stream_id, ...slice };
    if (has.get(row) !== undefined) return true;
    if (Number(count.get({ stream_id, slice_key: slice.slice_key })?.['n']) >= values_max) return false;
    insert.run(row);
    return true;
  }

  return ({ stream_id }, slices_json) => {
    const values = parseObject(slices_json);
    const slices = slice_columns.flatMap((slice_key) => {
      const slice_value = values[slice_key];
      if (typeof slice_value !== 'string') return [];
      const slice = { slice_key, slice_value };
      return [keepsItsName(stream_id, slice) ? slice : { slice_key, slice_value: rest }];
    });
    return [whole, ...slices];
  };
}

/** Slices are written by the collector; anything else in their place counts as none. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
