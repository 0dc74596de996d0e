import {
  span_wait_us,
  toEvaluationRow,
  toMeasureRow,
  tool_arguments_key,
  trace_lead_us,
} from '../stores/measured.ts';
import type { SketchRow, Store } from '../stores/store.ts';
import type { WatchedFeatures } from './features.ts';
import type { Observation } from './observation.ts';
import { observeEmbedding } from './observe-embeddings.ts';
import { observeEvaluation } from './observe-evaluation.ts';
import { observeSpan } from './observe-span.ts';
import type { Slice } from './streams.ts';

const features_max = 100;

export interface ValueRange extends Slice {
  readonly tenant: string;
  readonly from_us: number;
  readonly to_us: number;
  readonly watched: WatchedFeatures;
  /** Vectors of a feature, spans, and evaluations; of more, whole conversations are sampled, the same each time. */
  readonly limit: number;
}

/** What is stored of the features in a range of time; what is no value is left out. */
export async function readObservations(
  store: Pick<Store, 'query'>,
  range: ValueRange,
): Promise<Observation[]> {
  const { tenant, from_us, to_us, slice_key, slice_value, watched, limit } = range;
  const asked = { tenant, from_us, to_us, slice_key, slice_value, limit };
  const streams = await store.query('vector_features', { ...asked, feature: null, limit: features_max });
  const features = new Set(streams.map((row) => String(row['feature'])));
  const found: Observation[] = [];
  if (watched.has_evaluations) {
    const evaluations = await store.query('evaluations', { ...asked, span_wait_us });
    for (const row of evaluations) found.push(...observeEvaluation(toEvaluationRow(row), watched));
  }
  for (const feature of [...features].filter(watched.includes)) {
    for (const row of await store.query('vectors', { ...asked, feature })) {
      const seen = observeEmbedding({ ...row, tenant } as unknown as SketchRow);
      if (!('fault' in seen)) found.push(seen);
    }
  }
  if (!watched.has_spans) return found;
  const spans = await store.query('span_features', {
    ...asked,
    arguments_key: tool_arguments_key,
    trace_lead_us,
  });
  for (const row of spans) found.push(...observeSpan(toMeasureRow(row), watched));
  return found;
}
