import { rmSync } from 'node:fs';
import { buildApi } from './api/server.ts';
import { openPriceBook } from './enrich/price-book.ts';
import { createRowBuilder } from './enrich/rows.ts';
import { journalFolder, socketPath } from './ingest.ts';
import { openTail } from './journal/tail.ts';
import type { Log } from './log.ts';
import type { FromStore, ToStore } from './messages.ts';
import type { Options } from './options.ts';
import { runPipeline } from './pipeline.ts';
import { startProgress } from './progress.ts';
import { startRetention } from './retention.ts';
import { retryForever } from './retry.ts';
import { openAlerts, openControl, openDialects, openWatch } from './store-parts.ts';
import { openStore } from './stores/index.ts';
import { createDetect } from './watch/detect.ts';

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
  const from = (await store.position()) ?? { segment: 0, offset: 0 };
  const { body_bytes_max, batch_bytes_max } = options;
  const tail = openTail({ folder: journalFolder(options), from, body_bytes_max });
  const alerts = await openAlerts(options, { store, control, log });
  const watch = openWatch(options, { store, control, alerts, log, isIngestBehind: () => tail.isBehind() });
  const progress = startProgress(from);
  const drop = (reason: string, error: unknown) => {
    progress.dropped(reason);
    log.error({ reason, error }, 'A part of what arrived could not be read.');
  };
  const dialects = await openDialects(options, (error) => drop('dialect_error', error));
  const enrich = createRowBuilder({ price_book: await openPriceBook() });
  const detect = createDetect({ store, options });
  const stats = () => progress.read({ store, tail, watch, alerts });
  const api = await buildApi({ ...options, store, watch, alerts, detect, stats, now_ms: Date.now, log });
  rmSync(socketPath(options), { force: true });
  await api.listen({ path: socketPath(options) });
  send({ type: 'ready' });
  alerts.start();
  watch?.start();
  const stopRetention = startRetention({ store, days: options.retention_days, now: Date.now, log });

  const stopping = new AbortController();
  const reportFailure = (error: unknown, pause_ms: number) =>
    log.error({ error, pause_ms }, 'Storing failed; it is tried again.');
  const flow = runPipeline({
    tail,
    store,
    dialects,
    enrich,
    batch_bytes_max,
    body_bytes_max,
    drop,
    retry: (work) => retryForever(work, { ...pauses, signal: stopping.signal, onError: reportFailure }),
    onStored: (appended, last) => {
      progress.stored(appended, last);
      send({ type: 'stored', position: last.position });
    },
  });

  return {
    receive(message) {
      if (message.type === 'durable') tail.advance(message.position);
    },
    async stop() {
      stopRetention();
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

const pauses = { pause_ms_min: 100, pause_ms_max: 10_000 } as const;
