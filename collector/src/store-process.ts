import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createChannel } from './alerts/channels/index.ts';
import { type Alerts, createAlerts } from './alerts/engine.ts';
import { buildApi } from './api/server.ts';
import { openPriceBook } from './enrich/price-book.ts';
import { createRowBuilder } from './enrich/rows.ts';
import { journalFolder, socketPath } from './ingest.ts';
import { type JournalTail, openTail } from './journal/tail.ts';
import type { Log } from './log.ts';
import type { FromStore, ToStore } from './messages.ts';
import type { Options } from './options.ts';
import { runPipeline } from './pipeline.ts';
import type { StoreStats } from './receive/health.ts';
import { retryForever } from './retry.ts';
import { openStore } from './stores/index.ts';
import type { Position, Store } from './stores/store.ts';
import { createDetect } from './watch/detect.ts';
import { createEncoder } from './watch/encoders/index.ts';
import { createWatch, type Watch } from './watch/watch.ts';

/**
 * The store process: everything after the journal. It may end at any moment; started again, it goes on where
 * its store says it was.
 */
export interface StoreProcess {
  receive(message: ToStore): void;
  /** Resolves when everything under way is finished. */
  stop(): Promise<void>;
}

export interface StoreProcessSettings {
  readonly options: Options;
  send(message: FromStore): void;
  readonly log: Log;
}

export async function startStoreProcess({ options, send, log }: StoreProcessSettings): Promise<StoreProcess> {
  const control = openControl(options);
  const store = await openStore(options, { control, log });
  const position = (await store.position()) ?? { segment: 0, offset: 0 };
  const tail = openTail({
    folder: journalFolder(options),
    from: position,
    body_bytes_max: options.body_bytes_max,
  });
  const alerts = await openAlerts(options, { store, control, log });
  const enrich = createRowBuilder({ price_book: await openPriceBook() });
  const watch = options.drift ? openWatch(options, { store, control, alerts, log }) : null;
  const progress: Progress = {
    position,
    received_ms: 0,
    stored: 0,
    duplicated: 0,
    dropped: Object.create(null),
  };
  const api = await buildApi({
    ...options,
    store,
    watch,
    alerts,
    detect: createDetect({ store, options }),
    stats: () => readStats({ store, tail, watch, alerts, progress }),
    now_ms: Date.now,
    log,
  });
  rmSync(socketPath(options), { force: true });
  await api.listen({ path: socketPath(options) });
  send({ type: 'ready' });
  alerts.start();
  watch?.start();

  const stopping = new AbortController();
  const flow = runPipeline({
    tail,
    store,
    enrich,
    batch_bytes_max: options.batch_bytes_max,
    body_bytes_max: options.body_bytes_max,
    drop: (reason, error) => {
      progress.dropped[reason] = (progress.dropped[reason] ?? 0) + 1;
      log.error({ reason, error }, 'A journal record or span could not be stored.');
    },
    retry: (work) =>
      retryForever(work, {
        pause_ms_min: 100,
        pause_ms_max: 10_000,
        signal: stopping.signal,
        onError: (error, pause_ms) => log.error({ error, pause_ms }, 'Storing failed; it is tried again.'),
      }),
    onStored: (appended, last) => {
      progress.stored += appended.stored;
      progress.duplicated += appended.duplicated;
      progress.position = last.position;
      progress.received_ms = last.received_ms;
      send({ type: 'stored', position: last.position });
    },
  });

  return {
    receive(message) {
      if (message.type === 'durable') tail.advance(message.position);
    },
    async stop() {
      await tail.close();
      stopping.abort();
      await flow.catch((error) => {
        if (!stopping.signal.aborted) throw error;
      });
      await watch?.stop();
      await alerts.stop();
      await api.close();
      await store.close();
      control.close();
    },
  };
}

function openControl(options: Options): DatabaseSync {
  mkdirSync(options.data, { recursive: true, mode: 0o700 });
  const control = new DatabaseSync(join(options.data, 'control.sqlite'));
  // A promised page must survive a power cut, so commits are synced.
  control.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000');
  return control;
}

interface Parts {
  readonly store: Store;
  readonly control: DatabaseSync;
  readonly log: Log;
}

async function openAlerts(options: Options, parts: Parts): Promise<Alerts> {
  const webhook =
    options.webhook_url === null ? [] : [await createChannel('webhook', webhookSettings(options))];
  const public_url = options.public_url ?? `http://${options.host}:${options.port}`;
  return createAlerts({ ...parts, channels: webhook, options: { public_url }, now: Date.now });
}

function webhookSettings(options: Options) {
  return {
    url: options.webhook_url,
    ...(options.webhook_secret === null ? {} : { secrets: [options.webhook_secret] }),
  };
}

function openWatch(options: Options, parts: Parts & { readonly alerts: Alerts }): Watch {
  return createWatch({
    ...parts,
    encoder: createEncoder(options),
    options,
    now: Date.now,
    onVerdict: (verdict, context) => parts.alerts.onVerdict(verdict, context),
  });
}

/** What was stored since the process started, and up to where. */
interface Progress {
  position: Position;
  /** When the record at the position was received. */
  received_ms: number;
  stored: number;
  duplicated: number;
  readonly dropped: Record<string, number>;
}

interface StatsParts {
  readonly store: Store;
  readonly tail: JournalTail;
  readonly watch: Watch | null;
  readonly alerts: Alerts;
  readonly progress: Progress;
}

async function readStats({ store, tail, watch, alerts, progress }: StatsParts): Promise<StoreStats> {
  const { damage } = tail;
  const lag_bytes = await tail.lag_bytes(progress.position);
  return {
    name: store.name,
    stored: progress.stored,
    duplicated: progress.duplicated,
    journal_lag_bytes: lag_bytes,
    journal_lag_ms: lag_bytes > 0 && progress.received_ms > 0 ? Date.now() - progress.received_ms : 0,
    dropped: { ...progress.dropped, ...(damage.records > 0 ? { damaged_record: damage.records } : {}) },
    watch: watch?.counts() ?? { rounds: 0, errors: 0 },
    notifications: notificationCounts(alerts),
  };
}

function notificationCounts(alerts: Alerts): Record<string, number> {
  const { pending, delivered, dead } = alerts.counts().outbox;
  return { pending, delivered, dead };
}
