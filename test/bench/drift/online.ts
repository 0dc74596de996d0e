import type { Fit, Sketch } from '@sextant/detectors';
import { embeddingOnline } from '../../../detectors/src/sequential/embedding-online.ts';
import type { SequentialState } from '../../../detectors/src/sequential.ts';
import { layoutOf } from '../../../detectors/src/sketches/layout.ts';
import { createRandom, type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../../detectors/support/clopper-pearson.ts';
import { type Population, type PopulationName, population_names, populations } from './populations.ts';

/**
 * False alarms and delay of the online detector on windows of 50 sentence embeddings. Every stream has a random split
 * of its own into reference and stream. The reference is at most half of the rows, better a third: the stream is drawn
 * from the rest, which is no whole population either, and its error adds to that of the reference.
 */
export interface OnlineOptions extends Size {
  /** All of them unless given, and both tolerances: every line has seeds of its own. */
  readonly names?: readonly PopulationName[];
  readonly tolerances?: readonly number[];
}

interface Size {
  readonly streams: number;
  readonly null_windows: number;
}

const n_window = 50;
const run_length = 2_000;
const windows_before = 20;
const windows_max = 1_500;
const shares = [0.2, 0.1, 0.05];
/** Added to the tenth of the mass that a tenth of the intents has: a fifth, and more than a third. */
const intent_shares = [0.11, 0.3];
const intents_change = 'of a tenth of the intents';
/** The collector's unless another is set, and twice that. */
const default_tolerances = [0.005, 0.01];
const n_references = { clinc: 10_000, banking: 3_000, hidden: 7_000 } as const;

export function* online({
  names = population_names,
  tolerances = default_tolerances,
  ...size
}: OnlineOptions): Generator<string> {
  for (const name of names) {
    const scene = sceneOf(populations[name](), n_references[name]);
    for (const tolerance of tolerances) yield* linesOf(scene, tolerance, size);
  }
}

interface Row {
  /** Cluster and novelty counts: the detector reads nothing else. */
  readonly counts: Int32Array;
  readonly intent: string | null;
}

interface Scene {
  readonly name: string;
  readonly fit: Fit;
  readonly n_reference: number;
  readonly rows: readonly Row[];
  readonly foreign: Readonly<Record<string, readonly Row[]>>;
}

function sceneOf({ name, fit, known, intents, foreign }: Population, n_reference: number): Scene {
  const { leaves, novelty } = layoutOf(fit);
  const rowsOf = (rows: readonly Int32Array[], labels: readonly string[] = []) =>
    rows.map((row, index) => ({
      counts: row.slice(leaves.start, novelty.start + novelty.length),
      intent: labels[index] ?? null,
    }));
  return {
    name,
    fit,
    n_reference,
    rows: rowsOf(known.rows, intents),
    foreign: Object.fromEntries(Object.entries(foreign).map(([key, pool]) => [key, rowsOf(pool.rows)])),
  };
}

function* linesOf(scene: Scene, tolerance: number, options: Size): Generator<string> {
  const title = `online, ${scene.name}, reference ${scene.n_reference}, tolerance ${tolerance * 100} %`;
  yield `${title}: ${falseAlarms(scene, tolerance, options)}`;
  const changes: Change[] = [
    ...Object.keys(scene.foreign).flatMap((foreign) => shares.map((share) => ({ foreign, share }))),
    ...intent_shares.map((share) => ({ foreign: intents_change, share })),
  ];
  for (const change of changes) {
    const delay = delayOf(scene, tolerance, change, options);
    yield `${title}: ${change.share * 100} % ${change.foreign}: ${delay}`;
  }
}

function falseAlarms(scene: Scene, tolerance: number, { streams, null_windows }: Size): string {
  const random = createRandom(77);
  let alarms = 0;
  let streams_alarmed = 0;
  for (let stream = 0; stream < streams; stream++) {
    const watch = createWatch(scene, tolerance, random);
    let alarmed = false;
    let onsets = 0;
    for (let window = 0; window < null_windows; window++) {
      const { drifted } = watch.step(0, []);
      if (drifted && !alarmed) onsets += 1;
      alarmed = drifted;
    }
    alarms += onsets;
    streams_alarmed += Math.min(onsets, 1);
  }
  const interval = clopperPearson(streams_alarmed, streams, 0.95);
  const per_thousand = (alarms / streams / null_windows) * 1_000;
  return `${alarms} false alarms in ${streams} streams of ${null_windows} windows (${per_thousand.toFixed(3)} per 1,000, target 0.2); ${streams_alarmed} streams (${percent(interval.low)} to ${percent(interval.high)}, target 5 %)`;
}

interface Change {
  readonly foreign: string;
  readonly share: number;
}

function delayOf(scene: Scene, tolerance: number, { foreign, share }: Change, { streams }: Size): string {
  const random = createRandom(78);
  const found = Array.from({ length: streams }, () => {
    const watch = createWatch(scene, tolerance, random);
    const strangers = scene.foreign[foreign] ?? watch.someIntents();
    for (let window = 0; window < windows_before; window++) watch.step(0, strangers);
    for (let window = 1; window <= windows_max; window++) {
      const { drifted, since } = watch.step(share, strangers);
      if (drifted) return { delay: window * n_window, dating_error: Math.abs((since as number) - window) };
    }
    return { delay: Number.POSITIVE_INFINITY, dating_error: Number.POSITIVE_INFINITY };
  });
  const delays = found.map(({ delay }) => delay);
  const errors = found.map(({ dating_error }) => dating_error);
  return `median delay ${quantile(delays, 0.5)} vectors, 90th percentile ${quantile(delays, 0.9)}; change dated to within ${quantile(errors, 0.5)} windows (median), ${quantile(errors, 0.9)} (90th percentile)`;
}

/** A stream with a reference of its own. */
function createWatch(scene: Scene, tolerance: number, random: RandomSource) {
  const { fit, n_reference } = scene;
  const rows = shuffled(scene.rows, random);
  const reference = sketchOf(fit, rows.slice(0, n_reference));
  const rest = rows.slice(n_reference);
  const pick = <Item>(items: readonly Item[]) => items[random() % items.length] as Item;
  let state: SequentialState = embeddingOnline.start();
  return {
    step(share: number, strangers: readonly Row[]) {
      const window = Array.from({ length: n_window }, () =>
        random() / 2 ** 32 < share ? pick(strangers) : pick(rest),
      );
      const current = sketchOf(fit, window);
      const request = { fit, reference, current, alpha: 1 / run_length, tolerance };
      const step = embeddingOnline.step({ ...request, state });
      state = step.state;
      return { drifted: step.verdict.drifted, since: step.windows_since_change };
    },
    /** Rows of a tenth of the intents. */
    someIntents(): Row[] {
      const intents = shuffled(Array.from(new Set(rest.map(({ intent }) => intent))), random);
      const chosen = new Set(intents.slice(0, intents.length / 10));
      return rest.filter(({ intent }) => chosen.has(intent));
    },
  };
}

function sketchOf(fit: Fit, rows: readonly Row[]): Sketch {
  const layout = layoutOf(fit);
  const sums = new Float64Array(layout.length);
  for (const { counts } of rows) {
    for (let i = 0; i < counts.length; i++) {
      const place = layout.leaves.start + i;
      sums[place] = (sums[place] as number) + (counts[i] as number);
    }
  }
  return { id: fit.id, count: rows.length, sums };
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] as number;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
