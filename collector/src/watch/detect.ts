import { createHash } from 'node:crypto';
import { createFit, detectors, fit_rows_min, sketchVectors, type Verdict } from '@sextant/detectors';
import { SextantError } from '../errors.ts';
import type { Options } from '../options.ts';
import { slice_columns } from '../stores/slices.ts';
import type { Store } from '../stores/store.ts';
import { readVectors, type VectorRange, type VectorRow } from './read-vectors.ts';
import { whole } from './slices.ts';
import type { StreamKey } from './streams.ts';

/** Of each range; more are sampled, the same each time. */
const vectors_max = 20_000;
const features_max = 100;

interface DetectRequest {
  readonly tenant: string;
  readonly from_us: number;
  readonly to_us: number;
  readonly reference_from_us: number;
  readonly reference_to_us: number;
  readonly feature?: string;
  readonly slice?: { readonly key: string; readonly value: string };
}

/** One line of the answer. */
interface DetectVerdict extends Verdict {
  readonly feature: string;
  /** `all`, or key=value. */
  readonly slice: string;
}

export type Detect = (request: DetectRequest) => Promise<DetectVerdict[]>;

export interface DetectParts {
  readonly store: Pick<Store, 'query'>;
  readonly options: Pick<Options, 'drift_alpha' | 'drift_tolerance'>;
}

/**
 * Compares two ranges of time on the raw vectors, with nothing prepared: a quarter of the reference makes the fit,
 * the rest is the reference.
 * @throws SextantError bad_request for a range that is empty or a slice that does not exist
 */
export function createDetect({ store, options }: DetectParts): Detect {
  // All detectors together raise as many false alarms as were asked for.
  const levels = { alpha: options.drift_alpha / detectors.length, tolerance: options.drift_tolerance };
  return async (request) => {
    const slice = checkRequest(request);
    const verdicts: DetectVerdict[] = [];
    for (const stream of await findStreams(store, request)) {
      const range = { ...stream, ...slice, limit: vectors_max };
      const found = await compare(store, { range, request, levels });
      const name = request.slice ? `${request.slice.key}=${request.slice.value}` : whole.slice_value;
      verdicts.push(...found.map((verdict) => ({ feature: stream.feature, slice: name, ...verdict })));
    }
    return verdicts;
  };
}

function checkRequest({ from_us, to_us, reference_from_us, reference_to_us, slice }: DetectRequest) {
  if (!(from_us < to_us)) throw new SextantError('bad_request', 'The window ends before it begins.');
  if (!(reference_from_us < reference_to_us)) {
    throw new SextantError('bad_request', 'The reference ends before it begins.');
  }
  if (slice === undefined) return whole;
  if (!(slice_columns as readonly string[]).includes(slice.key)) {
    throw new SextantError(
      'bad_request',
      `Slices are by ${slice_columns.join(', ')}, not by "${slice.key}".`,
    );
  }
  return { slice_key: slice.key, slice_value: slice.value };
}

/** What has vectors in the window. */
async function findStreams(store: Pick<Store, 'query'>, request: DetectRequest): Promise<StreamKey[]> {
  const { tenant, from_us, to_us, feature = null } = request;
  const rows = await store.query('vector_features', { tenant, from_us, to_us, feature, limit: features_max });
  return rows.map((row) => ({
    tenant,
    feature: String(row['feature']),
    encoder: String(row['encoder']),
    dimension: Number(row['dimension']),
  }));
}

interface Comparing {
  readonly range: Omit<VectorRange, 'from_us' | 'to_us'>;
  readonly request: DetectRequest;
  readonly levels: { readonly alpha: number; readonly tolerance: number };
}

async function compare(
  store: Pick<Store, 'query'>,
  { range, request, levels }: Comparing,
): Promise<Verdict[]> {
  const { from_us, to_us, reference_from_us, reference_to_us } = request;
  const known = await readVectors(store, { ...range, from_us: reference_from_us, to_us: reference_to_us });
  const current = await readVectors(store, { ...range, from_us, to_us });
  const held_out = known.filter(isHeldOut);
  if (held_out.length < fit_rows_min) {
    return detectors.map(({ name }) => tooLittle(name, known.length, current.length));
  }
  const { encoder, dimension } = range;
  const fit = createFit({ encoder, dimension, vectors: held_out.map(({ vector }) => vector) });
  const sketch = (rows: readonly VectorRow[]) =>
    sketchVectors(
      fit,
      rows.map(({ vector }) => vector),
    );
  const compared = {
    fit,
    reference: sketch(known.filter((row) => !isHeldOut(row))),
    current: sketch(current),
  };
  return detectors.map((detector) => detector.detect({ ...compared, ...levels }));
}

/** Whole traces go to one side or the other, since their vectors resemble each other. */
function isHeldOut({ trace_id }: VectorRow): boolean {
  return createHash('sha256').update(trace_id).digest().readUInt8(0) < 64;
}

function tooLittle(detector: string, n_reference: number, n_current: number): Verdict {
  const nothing = { statistic: null, p: null, effect: null, effect_low: null, effect_high: null };
  const why = `Too little evidence: the reference holds ${n_reference} vectors, and about ${fit_rows_min * 4} are needed.`;
  return { detector, n_reference, n_current, ...nothing, drifted: false, why };
}
