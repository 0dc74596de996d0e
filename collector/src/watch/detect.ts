import { createHash } from 'node:crypto';
import {
  type AnyFit,
  addUnit,
  compatible_detectors,
  type Detector,
  DetectorError,
  type Sketch,
  startSketch,
  type Verdict,
} from '@sextant/detectors';
import { SextantError } from '../errors.ts';
import type { Options } from '../options.ts';
import { slice_columns } from '../stores/slices.ts';
import type { Store } from '../stores/store.ts';
import { acceptFeatures, type Level } from './accept-features.ts';
import { watchedFeatures } from './features.ts';
import { type AnyKind, kindOf } from './kinds.ts';
import { type Observation, unitKey } from './observation.ts';
import { readObservations, type ValueRange } from './read-observations.ts';
import { whole } from './slices.ts';

/** Vectors of each range and feature, and spans of each range. */
const rows_max = 20_000;

interface DetectRequest {
  readonly tenant: string;
  readonly from_us: number;
  readonly to_us: number;
  readonly reference_from_us: number;
  readonly reference_to_us: number;
  readonly feature?: string;
  readonly slice?: { readonly key: string; readonly value: string };
  /** The distances and thresholds of another product instead of tests. */
  readonly compatibility?: Compatibility;
}

export type Compatibility = 'vertex';

/** One line of the answer. */
interface DetectVerdict extends Verdict, Level {
  readonly feature: string;
  /** `all`, or key=value. */
  readonly slice: string;
}

export type Detect = (request: DetectRequest) => Promise<DetectVerdict[]>;

export interface DetectParts {
  readonly store: Pick<Store, 'query'>;
  readonly options: Pick<Options, 'drift_alpha' | 'drift_tolerance' | 'drift_features'>;
}

/**
 * Compares two ranges of time on what is stored, with nothing prepared: a quarter of the reference makes the fit,
 * the rest is the reference. All features together raise as many false alarms as were asked for.
 * @throws SextantError bad_request for a range that is empty or a slice that does not exist
 */
export function createDetect({ store, options }: DetectParts): Detect {
  return async (request) => {
    const { tenant, from_us, to_us, reference_from_us, reference_to_us, feature } = request;
    const slice = checkRequest(request);
    const watched = watchedFeatures(feature ?? options.drift_features);
    const range: Omit<ValueRange, 'from_us' | 'to_us'> = { tenant, ...slice, watched, limit: rows_max };
    const current = await readObservations(store, { ...range, from_us, to_us });
    if (current.length === 0) return [];
    const bounds = { from_us: reference_from_us, to_us: reference_to_us };
    const known = Map.groupBy(await readObservations(store, { ...range, ...bounds }), streamName);
    const name = request.slice ? `${request.slice.key}=${request.slice.value}` : whole.slice_value;
    const streams = [...Map.groupBy(current, streamName)];
    const compared = streams.map(([stream, values]) =>
      compare(values, known.get(stream) ?? [], { ...options, compatibility: request.compatibility }),
    );
    const accepted = acceptFeatures(compared, options.drift_alpha);
    return streams.flatMap(([, [first]], index) => {
      const { feature } = first as Observation;
      return (accepted[index] ?? []).map((verdict) => ({ feature, slice: name, ...verdict }));
    });
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

function streamName({ feature, encoder, dimension }: Observation): string {
  return JSON.stringify([feature, encoder, dimension]);
}

type Unit = readonly Observation[];

interface CompareOptions extends Pick<Options, 'drift_alpha' | 'drift_tolerance'> {
  readonly compatibility: Compatibility | undefined;
}

/** A kind the other product knows nothing of has none. */
function detectorsOf(kind: AnyKind, compatibility: Compatibility | undefined): readonly Detector<AnyFit>[] {
  if (compatibility === undefined) return kind.detectors;
  const compatible: Readonly<Record<string, readonly unknown[]>> = compatible_detectors;
  return (compatible[kind.name] ?? []) as readonly Detector<AnyFit>[];
}

function compare(
  current: readonly Observation[],
  known: readonly Observation[],
  { drift_alpha, drift_tolerance, compatibility }: CompareOptions,
): Verdict[] {
  const [{ feature, encoder }] = current as [Observation];
  const kind = kindOf(feature);
  if (kind === null) return [];
  const detectors = detectorsOf(kind, compatibility);
  const units = unitsOf(known);
  const held_out = units.filter(isHeldOut);
  if (held_out.length < kind.fit_units_min) {
    const n_reference = units.length;
    return detectors.map(({ name }) =>
      tooLittle(kind, name, { n_reference, n_current: unitsOf(current).length }),
    );
  }
  const fit = kind.createFit({ source: encoder, units: held_out.map(valuesOf) });
  const compared = {
    fit,
    reference: sketchUnits(
      kind,
      fit,
      units.filter((unit) => !isHeldOut(unit)),
    ),
    current: sketchUnits(kind, fit, unitsOf(current)),
  };
  // All detectors together raise as many false alarms as were asked for.
  const levels = { alpha: drift_alpha / detectors.length, tolerance: drift_tolerance };
  return detectors.map((detector) => detector.detect({ ...compared, ...levels }));
}

function unitsOf(values: readonly Observation[]): Unit[] {
  return [...Map.groupBy(values, unitKey).values()];
}

function valuesOf(unit: Unit): unknown[] {
  return unit.map(({ value }) => value);
}

/** Whole conversations go to one side or the other, and whole traces, since their values resemble each other. */
function isHeldOut([first]: Unit): boolean {
  const { conversation_id, trace_id, span_id } = first as Observation;
  return (
    createHash('sha256')
      .update(conversation_id ?? (trace_id || span_id))
      .digest()
      .readUInt8(0) < 64
  );
}

/** What cannot be measured is left out: the fit was made of other conversations, and may not know it. */
function sketchUnits(kind: AnyKind, fit: AnyFit, units: readonly Unit[]): Sketch {
  const measure = kind.createMeasure(fit);
  const sketch = startSketch(kind, fit);
  for (const unit of units) {
    try {
      addUnit(sketch, measure(valuesOf(unit)));
    } catch (error) {
      if (!(error instanceof DetectorError && error.code === 'bad_vector')) throw error;
    }
  }
  return sketch;
}

function tooLittle(
  kind: AnyKind,
  detector: string,
  sizes: Pick<Verdict, 'n_reference' | 'n_current'>,
): Verdict {
  const nothing = { statistic: null, p: null, effect: null, effect_low: null, effect_high: null };
  const why = `Too little evidence: the reference holds ${sizes.n_reference} conversations, and about ${kind.fit_units_min * 4} are needed.`;
  return { detector, ...sizes, ...nothing, drifted: false, why };
}
