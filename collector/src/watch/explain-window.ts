import { type AnyFit, type Fit, nearestLeaves, rankClusters, type Sketch, witness } from '@sextant/detectors';
import type { Store } from '../stores/store.ts';
import { watchedFeatures } from './features.ts';
import { kindOf } from './kinds.ts';
import type { Observation } from './observation.ts';
import { readObservations } from './read-observations.ts';
import type { TimeRange } from './read-sketches.ts';
import type { Slice, Stream } from './streams.ts';

const rows_max = 1_000;
const examples_max = 10;
const clusters_max = 3;
const cluster_examples_max = 3;
/** Two-sided and adjusted: a cluster that is named did grow. */
const cluster_p_max = 0.05;

export interface ExplainRequest extends Slice {
  readonly stream: Stream;
  readonly window: TimeRange;
  readonly fit: AnyFit;
  readonly reference: Sketch;
  readonly current: Sketch;
}

export interface ExplainParts {
  readonly store: Pick<Store, 'query'>;
  readonly onError: (error: unknown, message: string) => void;
}

export interface WindowExplanation {
  /** Traces of the values that speak most for the window. */
  readonly examples: readonly string[];
  /** Clusters of vectors that grew, those that grew most first; none for other features. */
  readonly clusters: readonly GrownCluster[];
}

interface GrownCluster {
  /** Shares of the conversations, 0 to 1. */
  readonly share_before: number;
  readonly share_after: number;
  readonly z: number;
  readonly p: number;
  readonly example_trace_ids: readonly string[];
}

/** What is behind a drift; nothing where it cannot be found. */
export async function explainWindow(
  request: ExplainRequest,
  parts: ExplainParts,
): Promise<WindowExplanation> {
  try {
    const ranked = await rankValues(request, parts.store);
    return { examples: tracesOf(ranked, examples_max), clusters: grownClusters(ranked, request) };
  } catch (error) {
    // An alert without examples is worth more than none.
    parts.onError(error, 'Finding example traces failed; the verdict goes without.');
    return { examples: [], clusters: [] };
  }
}

/** Values of the window, those that speak most for it first. */
async function rankValues(request: ExplainRequest, store: Pick<Store, 'query'>): Promise<Observation[]> {
  const { stream, window, slice_key, slice_value } = request;
  const watched = watchedFeatures(stream.feature);
  const range = { ...window, tenant: stream.tenant, slice_key, slice_value, watched, limit: rows_max };
  const values = (await readObservations(store, range)).filter(
    ({ encoder, dimension }) => encoder === stream.encoder && dimension === stream.dimension,
  );
  const weights = weigh(values, request);
  return values
    .map((value, index) => ({ value, weight: weights[index] as number }))
    .sort((a, b) => b.weight - a.weight)
    .map(({ value }) => value);
}

/**
 * How much each value speaks for the window rather than for the reference. For vectors the detectors tell; of other
 * values, how far what they measure points from the mean of the reference to that of the window.
 */
function weigh(values: readonly Observation[], request: ExplainRequest): ArrayLike<number> {
  const { stream, fit, reference, current } = request;
  if (isOfVectors(stream)) return witness({ fit: fit as Fit, reference, current }, vectorsOf(values));
  const measure = kindOf(stream.feature)?.createMeasure(fit);
  if (measure === undefined) return values.map(() => 0);
  const direction = current.sums.map(
    (sum, i) => sum / current.count - (reference.sums[i] as number) / reference.count,
  );
  return values.map(({ value }) => {
    return measure([value]).reduce((total, part, i) => total + part * (direction[i] as number), 0);
  });
}

function grownClusters(ranked: readonly Observation[], request: ExplainRequest): GrownCluster[] {
  const { stream, fit, reference, current } = request;
  if (!isOfVectors(stream)) return [];
  const leaf_of = nearestLeaves(fit as Fit, vectorsOf(ranked));
  return rankClusters({ fit: fit as Fit, reference, current })
    .filter(({ z, p }) => z > 0 && p < cluster_p_max)
    .slice(0, clusters_max)
    .map(({ leaves, ...cluster }) => {
      const members = ranked.filter((_, index) => leaves.includes(leaf_of[index] as number));
      return { ...cluster, example_trace_ids: tracesOf(members, cluster_examples_max) };
    });
}

function isOfVectors({ feature }: Stream): boolean {
  return feature.startsWith('embedding.');
}

function vectorsOf(values: readonly Observation[]): Float32Array[] {
  return values.map(({ value }) => value as Float32Array);
}

function tracesOf(values: readonly Observation[], limit: number): string[] {
  // An evaluation need not name what it is about.
  const named = values.map(({ trace_id }) => trace_id).filter((trace_id) => trace_id !== '');
  return [...new Set(named)].slice(0, limit);
}
