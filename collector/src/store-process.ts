import { rmSync } from 'node:fs';
import { createAudit } from './access/audit.ts';
import { createChartLinks } from './access/chart-links.ts';
import { startAuditCopy } from './access/copy-audit.ts';
import { openKeysFile } from './access/keys-file.ts';
import { createHttpClient } from './alerts/http.ts';
import { buildApi } from './api/server.ts';
import { journalFolder, socketPath } from './data-folder.ts';
import { openPriceBook } from './enrich/price-book.ts';
import { createRowBuilder } from './enrich/rows.ts';
import { SextantError } from './errors.ts';
import type { DamagedPart } from './journal/segment-reader.ts';
import { openTail } from './journal/tail.ts';
import { createLifecycle } from './lifecycle/lifecycle.ts';
import type { Log } from './log.ts';
import type { FromStore, ToStore } from './messages.ts';
import type { Options } from './options.ts';
import { runPipeline } from './pipeline.ts';
import { startProgress } from './progress.ts';
import { createRedactor } from './redact/redactor.ts';
import { rest } from './rest.ts';
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
  /** Where the rules file of alerts may refer to for secrets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  send(message: FromStore): void;
  /** Ends the process with an error; it is started again. */
  fail(error: Error): void;
  readonly log: Log;
}

export async function startStoreProcess(settings: StoreProcessSettings): Promise<StoreProcess> {
  const { options, environment, send, fail, log } = settings;
  const control = openControl(options);
  const keys_file = openKeysFile(options.data);
  const audit = createAudit({ database: keys_file, now: Date.now });
  const store = await openStore(options, { control, log, onBroken: (file) => fail(brokenError(file)) });
  const from = (await store.position()) ?? { segment: 0, offset: 0 };
  const { body_bytes_max, batch_bytes_max } = options;
  const journal_folder = journalFolder(options);
  const tail = openTail({ folder: journal_folder, from, body_bytes_max, onDamage: damageReport(log) });
  const http = createHttpClient({ allow: options.alert_allow, trusted: options.webhook_url });
  const chartPath = createChartLinks({ database: keys_file, now: Date.now }).pathOf;
  const alerts = await openAlerts(options, { store, control, log, http, environment, chartPath });
  const watch = openWatch(options, { store, control, alerts, log, isIngestBehind: () => tail.isBehind() });
  const progress = startProgress(from);
  const drop = (reason: string, error: unknown) => {
    progress.dropped(reason);
    log.error({ reason, error }, 'A part of what arrived could not be read.');
  };
  const onExpired = (rows: number) => progress.dropped('expired', rows);
  const kept = { options, control, store, tail, journal_folder, watch };
  const lifecycle = createLifecycle({ ...kept, send, onExpired, log });
  const dialects = await openDialects(options, (error) => drop('dialect_error', error));
  const enrich = createRowBuilder({ price_book: await openPriceBook() });
  const detect = createDetect({ store, options });
  const stats = () => progress.read({ store, tail, watch, alerts, http, lifecycle });
  const served = { store, watch, alerts, audit, lifecycle, detect, stats, now_ms: Date.now, log };
  const api = await buildApi({ ...options, ...served });
  rmSync(socketPath(options), { force: true });
  await api.listen({ path: socketPath(options) });
  send({ type: 'ready' });
  // What an earlier run stored may go, and what has to be stored again must stay.
  send({ type: 'stored', position: from });
  alerts.start();
  watch?.start();
  const stopAuditCopy = startAuditCopy({ audit, store, control, log });
  await lifecycle.start();

  const stopping = new AbortController();
  const reportFailure = (error: unknown, pause_ms: number) =>
    log.error({ error, pause_ms }, 'Storing failed; it is tried again.');
  const flow = runPipeline({
    tail: lifecycle.tail,
    store: lifecycle,
    dialects,
    enrich,
    redactor: options.redact ? createRedactor({ ...options, onSecret: progress.redacted }) : null,
    batch_bytes_max,
    body_bytes_max,
    signal: stopping.signal,
    drop,
    rest: (appended, took_ms) => rest({ appended, took_ms, signal: stopping.signal }),
    retry: (work) => retryForever(work, { ...pauses, signal: stopping.signal, onError: reportFailure }),
    onStored: (appended, last) => {
      progress.stored(appended, last);
      lifecycle.stored(last.position);
      send({ type: 'stored', position: last.position });
    },
  });

  return {
    receive(message) {
      if (message.type === 'durable') tail.advance(message.position);
      if (message.type === 'journal') lifecycle.receive(message);
    },
    async stop() {
      await lifecycle.stop();
      await stopAuditCopy();
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
      keys_file.close();
    },
  };
}

function brokenError(file: string): Error {
  return new SextantError('internal', `The file of ${file} broke; it is set aside with the next start.`);
}

const pauses = { pause_ms_min: 100, pause_ms_max: 10_000 } as const;

function damageReport(log: Log): (part: DamagedPart) => void {
  return (part) => {
    if (part.is_torn_tail) log.info({ ...part }, 'A record that was never acknowledged is cut off.');
    else log.error({ ...part }, 'A part of the journal cannot be read.');
  };
}
