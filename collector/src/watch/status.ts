import type { Options } from '../options.ts';
import type { Progress } from './due-windows.ts';
import type { Fits } from './fits.ts';
import type { ReferenceKind, ReferencePolicies } from './reference-policy.ts';
import { whole } from './slices.ts';
import type { Stream, Streams } from './streams.ts';
import type { WindowVerdict } from './window-verdict.ts';

/** What is watched and in which phase, as `GET /api/drift` answers it. */
export interface DriftFeature {
  readonly feature: string;
  readonly phase: Stream['phase'];
  readonly n_fit: number;
  readonly n_reference: number;
  readonly n_window: number;
  readonly wanted: { readonly fit: number; readonly reference: number; readonly window: number };
  /** What windows are compared with. */
  readonly reference: ReferenceKind;
  /** Slices of the reference with their conversations; empty before there is one. */
  readonly slices: readonly { readonly key: string; readonly value: string; readonly count: number }[];
  /** What made the vectors; of evaluations who judged; of other values the name of their kind. */
  readonly encoder: string;
  /** Drifted share that counts as nothing. */
  readonly tolerance: number;
  readonly last_verdict: Readonly<Record<string, unknown>> | null;
}

export interface StatusParts {
  readonly streams: Streams;
  readonly fits: Fits;
  readonly policies: ReferencePolicies;
  readonly options: Pick<Options, 'drift_fit' | 'drift_reference' | 'drift_window' | 'drift_tolerance'>;
}

export function describeStream(
  stream: Stream,
  progress: Progress | undefined,
  { streams, fits, policies, options }: StatusParts,
): DriftFeature {
  const slices = streams.referenceCounts(stream);
  const n_open = progress?.n_open ?? 0;
  const in_reference = slices.find(({ slice_key }) => slice_key === whole.slice_key)?.count ?? 0;
  return {
    feature: stream.feature,
    phase: stream.phase,
    n_fit: fits.count(stream),
    n_reference: stream.phase === 'watching' ? in_reference : n_open,
    n_window: stream.phase === 'watching' ? n_open : 0,
    wanted: { fit: options.drift_fit, reference: options.drift_reference, window: options.drift_window },
    slices: slices.map(({ slice_key, slice_value, count }) => ({
      key: slice_key,
      value: slice_value,
      count,
    })),
    reference: policies.get(stream).kind,
    encoder: stream.encoder,
    tolerance: options.drift_tolerance,
    last_verdict: stream.last_verdict === null ? null : verdictPoint(JSON.parse(stream.last_verdict)),
  };
}

function verdictPoint({ verdict, context }: WindowVerdict): Record<string, unknown> {
  const { feature, slice_key, slice_value, window_start_us, window_end_us } = context;
  return {
    ...{ feature, slice_key, slice_value },
    ...verdict,
    window_start: new Date(window_start_us / 1_000).toISOString(),
    window_end: new Date(window_end_us / 1_000).toISOString(),
  };
}
