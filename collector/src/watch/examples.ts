import { type AnyFit, type Fit, type Sketch, witness } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import type { TimeRange } from './read-sketches.ts';
import { readVectors } from './read-vectors.ts';
import type { Slice, Stream } from './streams.ts';

const vectors_max = 1_000;
const examples_max = 10;

export interface ExamplesRequest extends Slice {
  readonly stream: Stream;
  readonly window: TimeRange;
  readonly fit: AnyFit;
  readonly reference: Sketch;
  readonly current: Sketch;
}

export interface ExamplesParts {
  readonly store: Pick<Store, 'query'>;
  readonly onError: (error: unknown, message: string) => void;
}

/** Traces of the vectors that speak most for the window; none where they cannot be found, or for other features. */
export async function findExamples(request: ExamplesRequest, parts: ExamplesParts): Promise<string[]> {
  try {
    return await rankTraces(request, parts.store);
  } catch (error) {
    // An alert without examples is worth more than none.
    parts.onError(error, 'Finding example traces failed; the verdict goes without.');
    return [];
  }
}

async function rankTraces(request: ExamplesRequest, store: Pick<Store, 'query'>): Promise<string[]> {
  const { stream, window, slice_key, slice_value, fit, reference, current } = request;
  if (!stream.feature.startsWith('embedding.')) return [];
  const rows = await readVectors(store, { ...stream, ...window, slice_key, slice_value, limit: vectors_max });
  const values = witness(
    { fit: fit as Fit, reference, current },
    rows.map((row) => row.vector),
  );
  const traces = rows
    .map((row, index) => ({ trace_id: row.trace_id, value: values[index] as number }))
    .sort((a, b) => b.value - a.value)
    .map(({ trace_id }) => trace_id);
  return [...new Set(traces)].slice(0, examples_max);
}
