import { vectorFault } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import type { Slice, StreamKey } from './streams.ts';

export interface VectorRow {
  readonly trace_id: string;
  readonly vector: Float32Array;
}

export interface VectorRange extends StreamKey, Slice {
  readonly from_us: number;
  readonly to_us: number;
  readonly limit: number;
}

/** Stored vectors of one encoder and dimension; those that cannot be used are left out. */
export async function readVectors(store: Pick<Store, 'query'>, range: VectorRange): Promise<VectorRow[]> {
  const { tenant, feature, encoder, dimension, slice_key, slice_value, from_us, to_us, limit } = range;
  const parameters = { tenant, feature, slice_key, slice_value, from_us, to_us, limit };
  const rows = await store.query('vectors', parameters);
  return rows.flatMap((row) => {
    if (row['encoder'] !== encoder || row['dimension'] !== dimension) return [];
    const vector = Float32Array.from(row['vector'] as ArrayLike<number>);
    return vectorFault(vector, dimension) === null ? [{ trace_id: String(row['trace_id']), vector }] : [];
  });
}
