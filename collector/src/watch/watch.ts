import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import type { Options } from '../options.ts';
import { serialise } from '../stores/calls.ts';
import type { Store } from '../stores/store.ts';
import { createTables } from './control.ts';
import { type Counter, createCounter } from './counter.ts';
import type { Progress } from './due-windows.ts';
import type { Encoder } from './encoders/encoder.ts';
import { watchedFeatures } from './features.ts';
import { createFits, type Fits } from './fits.ts';
import { createGiveWay } from './give-way.ts';
import { createLatestWindows } from './latest-windows.ts';
import { createReferenceManager, type FeatureReference } from './manage-references.ts';
import { createMeasuredUnits } from './measured-units.ts';
import { createOpenMinutes, type OpenMinutes } from './open-minutes.ts';
import { pause } from './pause.ts';
import {
  createReferencePolicies,
  type FeatureKey,
  type ReferencePolicies,
  type ReferencePolicy,
} from './reference-policy.ts';
import { createReferences } from './references.ts';
import { createRound, type RoundParts, type RoundResult } from './round.ts';
import { createSampling } from './sampling.ts';
import { createSequentialStates } from './sequential-states.ts';
import { createSlicesOf } from './slices.ts';
import { type DriftFeature, describeStream } from './status.ts';
import { createStreams, type Streams } from './streams.ts';
import { createUnits } from './units.ts';
import { renewUnreadableFits } from './upgrade.ts';
import { createVerdicts, type OnVerdict } from './verdicts.ts';

/** Texts are held in memory of those rows that are taken; each portion looks through some columns of its whole day. */
const rows_max = 8_192;
const grace_ms_default = 15_000;

type WatchOptionName =
  | 'drift_features'
  | 'drift_interval_ms'
  | 'drift_vectors_per_second'
  | 'drift_fit'
  | 'drift_reference'
  | 'drift_window'
  | 'drift_window_minutes_max'
  | 'drift_alpha'
  | 'drift_tolerance';

interface WatchOptions extends Pick<Options, WatchOptionName> {
  /** Time given to rows that are late. */
  readonly grace_ms?: number;
}

export interface WatchSettings {
  readonly store: Store;
  /** Where the watch keeps its state; tables are created. Its owner closes it, after `stop`. */
  readonly control: DatabaseSync;
  readonly encoder: Encoder;
  readonly options: WatchOptions;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** May be called more than once for one window, always with the same verdict. */
  readonly onVerdict: OnVerdict;
  /** Whether spans wait to be stored; the watch then takes a smaller share of the time. */
  readonly isIngestBehind?: () => boolean;
  readonly log: Log;
}

/**
 * Watches stored messages for drift, apart from the path on which they come in:
 *
 *     messages ─▶ vectors ─┐
 *                    spans ─┴▶ sums for each minute ─▶ fit, reference, windows ─▶ verdicts ─▶ scores, alerts
 */
export interface Watch {
  /** Does what there is to do, within bounds. Errors are counted, logged and tried again; it never rejects. */
  round(): Promise<RoundResult>;
  /** What is watched for a tenant, and how far. */
  status(tenant: string): DriftFeature[];
  /** What the features of a tenant are compared with. */
  references(tenant: string): FeatureReference[];
  /** Between two rounds; see `ReferenceManager.set`. */
  setReference(key: FeatureKey, policy: ReferencePolicy): Promise<void>;
  /** Between two rounds; see `ReferenceManager.reset`. */
  resetReference(key: FeatureKey): Promise<void>;
  counts(): WatchCounts;
  /** Runs work between two rounds, when the watch holds no rows. */
  whileResting<T>(work: () => Promise<T>): Promise<T>;
  /** Rounds one after the other, with pauses. */
  start(): void;
  /** Resolves when the running round has ended. */
  stop(): Promise<void>;
}

interface WatchCounts {
  readonly rounds: number;
  readonly errors: number;
  readonly last_error: string | null;
  /** Rows left out, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export function createWatch(settings: WatchSettings): Watch {
  const { control, options, log } = settings;
  createTables(control);
  const stopping = new AbortController();
  const skipped = createCounter();
  const progress = new Map<number, Progress>();
  const streams = createStreams(control);
  renewUnreadableFits({ streams, skipped, now_us: settings.now() * 1_000, log });
  const counted = { rounds: 0, errors: 0, last_error: null as string | null };
  const onError = (error: unknown, message: string) => {
    counted.errors += 1;
    counted.last_error = `${message} ${error instanceof Error ? error.message : String(error)}`;
    log.error({ error }, message);
  };
  const policies = createReferencePolicies(control);
  const { store, now } = settings;
  const manager = createReferenceManager({ database: control, store, streams, policies, now });
  const fits = createFits({ database: control, streams, wanted: options.drift_fit, onError });
  const open_minutes = createOpenMinutes({ store, now });
  const state = {
    open_minutes,
    policies,
    streams,
    fits,
    skipped,
    progress,
    onError,
    signal: stopping.signal,
  };
  const runRound = createRound(roundParts(settings, state));
  let running: Promise<void> = Promise.resolve();

  const inTurn = serialise();

  function round(): Promise<RoundResult> {
    return inTurn(() => {
      counted.rounds += 1;
      return runRound();
    });
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { has_more } = await round();
      if (!has_more) await pause(options.drift_interval_ms, stopping.signal);
    }
  }

  return {
    round,
    status: (tenant) =>
      streams
        .list()
        .filter((stream) => stream.tenant === tenant)
        .map((stream) =>
          describeStream(stream, progress.get(stream.stream_id), { streams, fits, policies, options }),
        ),
    references: manager.list,
    setReference: (key, policy) => inTurn(() => manager.set(key, policy)),
    resetReference: (key) => inTurn(async () => manager.reset(key)),
    whileResting: (work) =>
      inTurn(async () => {
        try {
          return await work();
        } finally {
          open_minutes.forget();
        }
      }),
    counts: () => ({ ...counted, skipped: skipped.counts() }),
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

interface WatchState {
  readonly open_minutes: OpenMinutes;
  readonly policies: ReferencePolicies;
  readonly streams: Streams;
  readonly fits: Fits;
  readonly skipped: Counter;
  readonly progress: Map<number, Progress>;
  readonly onError: (error: unknown, message: string) => void;
  readonly signal: AbortSignal;
}

function roundParts(settings: WatchSettings, state: WatchState): RoundParts {
  const { store, control, encoder, options, now, onVerdict } = settings;
  const { streams, policies } = state;
  const verdicts = createVerdicts({ database: control, store, onVerdict });
  const watched = watchedFeatures(options.drift_features);
  const sampling = createSampling({ database: control, per_second: options.drift_vectors_per_second });
  const references = createReferences({ store, streams, policies, wanted: options.drift_reference });
  const { isIngestBehind = () => false } = settings;
  const giveWay = createGiveWay({ signal: state.signal, isIngestBehind });
  const grace_ms = options.grace_ms ?? grace_ms_default;
  return {
    ...{ ...state, giveWay },
    pause_ms: options.drift_interval_ms,
    embed: { ...state, store, encoder, sampling, watched, rows_max },
    sum: {
      ...{ ...state, store, sampling, watched, rows_max },
      slicesOf: createSlicesOf(control),
      unitsOf: createUnits(control),
      measured: createMeasuredUnits(),
      settled_us: () => (now() - grace_ms) * 1_000,
    },
    judge: {
      ...{ ...state, store, verdicts, references, now, giveWay },
      states: createSequentialStates(control),
      readLatest: createLatestWindows(control),
      options: judgeOptions(options),
    },
  };
}

function judgeOptions(options: WatchOptions) {
  return {
    reference: options.drift_reference,
    window: options.drift_window,
    window_minutes_max: options.drift_window_minutes_max,
    grace_ms: options.grace_ms ?? grace_ms_default,
    alpha: options.drift_alpha,
    tolerance: options.drift_tolerance,
  };
}
