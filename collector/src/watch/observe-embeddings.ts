import { vectorFault } from '@sextant/detectors';
import { parseSlices } from '../stores/slices.ts';
import type { SketchRow } from '../stores/store.ts';
import { type Observation, valueKey } from './observation.ts';

/** The vector of a row, or what is wrong with it. */
export function observeEmbedding(row: SketchRow): Observation | { readonly fault: string } {
  const { tenant, feature, encoder, dimension, trace_id, span_id, conversation_id, time, ingest_time } = row;
  const vector = Float32Array.from(row.vector);
  const fault = vector.length === 0 ? 'wrong_dimension' : vectorFault(vector, dimension);
  if (fault !== null) return { fault };
  return {
    ...{ tenant, feature, encoder, dimension, trace_id, span_id, conversation_id, time, ingest_time },
    slices: parseSlices(row.slices),
    value: vector,
    value_key: valueKey(row, vector, row.text_hash ?? ''),
    sampling_probability: row.sampling_probability,
  };
}
