import { createHash } from 'node:crypto';
import { detectors, type Fit, type Sketch, type Verdict } from '@sextant/detectors';
import type { VerdictContext } from '../alerts/alert.ts';
import type { Row, Store } from '../stores/store.ts';
import { findExamples } from './examples.ts';
import { whole } from './slices.ts';
import type { Slice, SliceSketch, Stream, Streams } from './streams.ts';
import type { Verdicts, WindowVerdict } from './verdicts.ts';
import { closedWindows, type Minute, type Window } from './windows.ts';

/** Two weeks: more than a window may last. */
const minutes_read_max = 20_160;
const windows_per_round_max = 50;
/** Slices below these say too little to be worth a test. */
const slice_window_min = 100;
const slice_reference_min = 500;

interface JudgeOptions {
  /** Vectors of the reference. */
  readonly reference: number;
  /** Vectors after which a window closes. */
  readonly window: number;
  readonly window_minutes_max: number;
  readonly grace_ms: number;
  readonly alpha: number;
  readonly tolerance: number;
}

export interface JudgeParts {
  readonly store: Pick<Store, 'query'>;
  readonly streams: Streams;
  readonly verdicts: Verdicts;
  readonly options: JudgeOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what failed without stopping anything. */
  readonly onError: (error: unknown, message: string) => void;
}

export interface Progress {
  /** Vectors in the reference so far, while it grows, or in the open window. */
  readonly n_open: number;
  readonly is_done: boolean;
}

/**
 * Freezes the reference of a stream and closes its windows, as far as its stored sketches go. Everything is
 * computed from those, so that a step that is repeated after a crash comes to the same result.
 */
export async function judgeWindows(stream_id: number, parts: JudgeParts): Promise<Progress> {
  const { streams, options } = parts;
  let stream = streams.get(stream_id);
  const fit = streams.fitOf(stream);
  if (fit === null) return { n_open: 0, is_done: true };
  if (stream.phase === 'reference') {
    const minutes = await readMinutes(stream, parts);
    const [window] = closedWindows(minutes, {
      ...ruleOf(parts),
      vectors: options.reference,
      minutes_max: Infinity,
    });
    if (window === undefined) return { n_open: totalOf(minutes), is_done: true };
    streams.saveReference(stream, await readSketches(stream, window, parts), window.to_us);
    stream = streams.get(stream_id);
  }
  const minutes = await readMinutes(stream, parts);
  const windows = closedWindows(minutes, { ...ruleOf(parts), vectors: options.window });
  const reference = windows.length > 0 ? streams.reference(stream) : [];
  for (const window of windows.slice(0, windows_per_round_max)) {
    parts.verdicts.close(stream, await judge({ stream, fit, reference, window }, parts), window.to_us);
  }
  const end_us = windows.at(-1)?.to_us ?? 0;
  return {
    n_open: totalOf(minutes.filter(({ minute }) => minute >= end_us)),
    is_done: windows.length <= windows_per_round_max,
  };
}

function ruleOf({ options, now }: JudgeParts) {
  return {
    minutes_max: options.window_minutes_max,
    now_us: now() * 1_000,
    grace_us: options.grace_ms * 1_000,
  };
}

function totalOf(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { count }) => sum + count, 0);
}

async function readMinutes(stream: Stream, { store }: JudgeParts): Promise<Minute[]> {
  const { tenant, feature, sketch_id, cursor_us } = stream;
  const parameters = { tenant, feature, sketch_id, from_us: cursor_us, limit: minutes_read_max };
  return (await store.query('sketch_minutes', parameters)) as unknown as Minute[];
}

async function readSketches(
  stream: Stream,
  { from_us, to_us }: Window,
  { store }: JudgeParts,
): Promise<SliceSketch[]> {
  const { tenant, feature, sketch_id } = stream;
  const rows = await store.query('sketch_sums', { tenant, feature, sketch_id, from_us, to_us });
  return rows.map((row: Row) => ({
    slice_key: String(row['slice_key']),
    slice_value: String(row['slice_value']),
    sketch: {
      id: String(sketch_id),
      count: Number(row['count']),
      sums: Float64Array.from(row['sums'] as ArrayLike<number>),
    },
  }));
}

interface Closing {
  readonly stream: Stream;
  readonly fit: Fit;
  readonly reference: readonly SliceSketch[];
  readonly window: Window;
}

/** One slice of the window with the same slice of the reference. */
interface Pair extends Slice {
  readonly reference: Sketch;
  readonly current: Sketch;
}

async function judge(closing: Closing, parts: JudgeParts): Promise<WindowVerdict[]> {
  const { stream, fit, window } = closing;
  const pairs = pairsToJudge(closing.reference, await readSketches(stream, window, parts));
  const results: WindowVerdict[] = [];
  for (const pair of pairs) {
    // All detectors together raise as many false alarms as were asked for, and all slices as many as the whole.
    const share = parts.options.alpha / detectors.length;
    const alpha = isWhole(pair) ? share : share / (pairs.length - 1);
    for (const detector of detectors) {
      const verdict = detector.detect({ ...pair, fit, alpha, tolerance: parts.options.tolerance });
      const examples = verdict.drifted ? await findExamples({ ...closing, ...pair }, parts) : [];
      results.push(windowVerdict({ stream, window, pair, verdict, examples }));
    }
  }
  return results;
}

function isWhole({ slice_key }: Slice): boolean {
  return slice_key === whole.slice_key;
}

/** The whole, and the slices that are large enough and not the whole under another name. */
function pairsToJudge(reference: readonly SliceSketch[], current: readonly SliceSketch[]): Pair[] {
  const pairs = current.flatMap(({ slice_key, slice_value, sketch }) => {
    const known = reference.find(
      (slice) => slice.slice_key === slice_key && slice.slice_value === slice_value,
    );
    return known === undefined ? [] : [{ slice_key, slice_value, reference: known.sketch, current: sketch }];
  });
  const all = pairs.find(isWhole);
  return pairs.filter((pair) => {
    if (isWhole(pair)) return true;
    if (pair.current.count < slice_window_min || pair.reference.count < slice_reference_min) return false;
    return pair.current.count !== all?.current.count || pair.reference.count !== all.reference.count;
  });
}

interface Judged {
  readonly stream: Stream;
  readonly window: Window;
  readonly pair: Pair;
  readonly verdict: Verdict;
  readonly examples: readonly string[];
}

function windowVerdict({ stream, window, pair, verdict, examples }: Judged): WindowVerdict {
  const { tenant, feature, sketch_id } = stream;
  const { slice_key, slice_value } = pair;
  const { from_us, to_us } = window;
  const identity = [tenant, feature, sketch_id, slice_key, slice_value, verdict.detector, from_us, to_us];
  const context: VerdictContext = {
    ...{ tenant, rule: verdict.detector, feature, slice_key, slice_value },
    window_start_us: from_us,
    window_end_us: to_us,
    example_trace_ids: examples,
  };
  const score = {
    ...{ tenant, feature, slice_key, slice_value, trace_id: null, span_id: null },
    score_id: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 32),
    time: from_us,
    name: verdict.detector,
    source: 'detector',
    window_start: from_us,
    window_end: to_us,
    value: verdict.effect,
    label: verdict.drifted ? 'drifted' : 'stable',
    explanation: verdict.why,
    details: JSON.stringify(verdict),
  };
  return { score, verdict, context };
}
