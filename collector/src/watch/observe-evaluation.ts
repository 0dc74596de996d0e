import type { EvaluationRow } from '../stores/store.ts';
import type { WatchedFeatures } from './features.ts';
import { type Observation, valueKey } from './observation.ts';

/**
 * What an evaluation says: its number, and where it has none its word. Judges, people and checks give scores of
 * their own, which are watched apart. One that failed says nothing, and one that names no span stands for itself.
 */
export function observeEvaluation(row: EvaluationRow, watched: WatchedFeatures): Observation[] {
  const { tenant, name, source, conversation_id, time, ingest_time, slices, score_id } = row;
  const feature = row.value === null ? `evaluation_label.${name}` : `evaluation.${name}`;
  const value = row.value ?? row.label;
  if (value === null || value === '' || !watched.includes(feature)) return [];
  const place = { trace_id: row.trace_id ?? '', span_id: row.span_id ?? score_id, conversation_id, time };
  return [
    {
      ...{ tenant, feature, encoder: source, dimension: 0, ...place, ingest_time, slices, value },
      value_key: valueKey(place, value, score_id),
      sampling_probability: null,
    },
  ];
}
