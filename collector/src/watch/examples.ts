import { type AnyFit, type Fit, type Sketch, witness } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import { watchedFeatures } from './features.ts';
import { kindOf } from './kinds.ts';
import type { Observation } from './observation.ts';
import { readObservations } from './read-observations.ts';
import type { TimeRange } from './read-sketches.ts';
import type { Slice, Stream } from './streams.ts';

const rows_max = 1_000;
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

/** Traces of the values that speak most for the window; none where they cannot be found. */
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
  const { stream, window, slice_key, slice_value } = request;
  const watched = watchedFeatures(stream.feature);
  const range = { ...window, tenant: stream.tenant, slice_key, slice_value, watched, limit: rows_max };
  const values = (await readObservations(store, range)).filter(
    ({ encoder, dimension }) => encoder === stream.encoder && dimension === stream.dimension,
  );
  const weights = weigh(values, request);
  const traces = values
    .map(({ trace_id }, index) => ({ trace_id, weight: weights[index] as number }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ trace_id }) => trace_id);
  return [...new Set(traces)].slice(0, examples_max);
}

/**
 * How much each value speaks for the window rather than for the reference: how far what it measures points from the
 * mean of the one to that of the other. Vectors are weighed by their kernel features alone.
 */
function weigh(values: readonly Observation[], request: ExamplesRequest): ArrayLike<number> {
  const { stream, fit, reference, current } = request;
  if (stream.feature.startsWith('embedding.')) {
    const vectors = values.map(({ value }) => value as Float32Array);
    return witness({ fit: fit as Fit, reference, current }, vectors);
  }
  const measure = kindOf(stream.feature)?.createMeasure(fit);
  if (measure === undefined) return values.map(() => 0);
  const direction = current.sums.map(
    (sum, i) => sum / current.count - (reference.sums[i] as number) / reference.count,
  );
  return values.map(({ value }) => {
    return measure([value]).reduce((total, part, i) => total + part * (direction[i] as number), 0);
  });
}
