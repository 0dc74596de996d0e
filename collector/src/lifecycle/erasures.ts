import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type RetryOptions, retryForever } from '../retry.ts';
import type { Erased, EraseSelector, Position, Store } from '../stores/store.ts';
import { forgetRemovedVectors } from '../watch/forget-removed.ts';
import type { JournalRequests } from './journal-requests.ts';

/**
 * Erasures, one after the other. A request is on disk before it is answered, and what an end of the process
 * interrupts is finished after the next start:
 *
 *     request ─▶ noted ─▶ journal closed off and stored up to there ─▶ store ─▶ values of the watch ─▶ journal
 *
 * The journal comes last: until then it may be what a damaged file is filled from. When an erasure is done, the
 * note of it no longer says whom it was about.
 */
export interface Erasures {
  /** Notes a request and begins with it. @throws SextantError rate_limited when very many wait */
  request(selector: EraseSelector): Erasure;
  /** Null where the tenant has no such erasure. */
  get(tenant: string, erasure_id: string): Erasure | null;
  /** Finishes what was interrupted. */
  start(): void;
  /** Begins nothing more; what is under way goes on at the next start. */
  stop(): void;
}

export interface Erasure {
  readonly erasure_id: string;
  readonly state: 'running' | 'done';
  /** Rows that went, by table; after an interruption those that were left by then. Null while it runs. */
  readonly removed: Erased | null;
}

export interface ErasureParts {
  readonly control: DatabaseSync;
  readonly store: Pick<Store, 'erase' | 'query'>;
  readonly journal: Pick<JournalRequests, 'rotate' | 'forget'>;
  untilStored(position: Position, signal: AbortSignal): Promise<void>;
  /** Runs work while the watch rests: it holds texts and vectors between reading and writing. */
  whileWatchRests<T>(work: () => Promise<T>): Promise<T>;
  /** Before what failed is tried again; from a second to a minute unless told. */
  readonly pauses?: Pick<RetryOptions, 'pause_ms_min' | 'pause_ms_max'>;
  readonly log: Log;
}

const waiting_max = 100;
const kept_max = 1_000;
const default_pauses = { pause_ms_min: 1_000, pause_ms_max: 60_000 } as const;

export function createErasures(parts: ErasureParts): Erasures {
  const { control, log, pauses = default_pauses } = parts;
  control.exec(table);
  const statements = prepare(control);
  const stopping = new AbortController();
  const { signal } = stopping;
  const onError = (error: unknown, pause_ms: number) =>
    log.error({ error, pause_ms }, 'An erasure failed; it is tried again.');
  let is_running = false;

  async function runAll(): Promise<void> {
    try {
      for (let row = statements.oldest.get(); row && !signal.aborted; row = statements.oldest.get()) {
        const selector = JSON.parse(String(row['selector'])) as EraseSelector;
        const work = () => erase(selector, parts, signal);
        const removed = await retryForever(work, { ...pauses, signal, onError });
        statements.finish.run({ erasure_id: String(row['erasure_id']), removed: JSON.stringify(removed) });
        statements.forget.run({ kept_max });
        scrub(control);
        log.info({ removed }, 'An erasure is done.');
      }
    } finally {
      // In the same turn as the last look: a request after it begins anew.
      is_running = false;
    }
  }

  function runOn(): void {
    if (is_running) return;
    is_running = true;
    runAll().catch((error: unknown) => {
      if (!signal.aborted)
        log.error({ error }, 'Erasing stopped; it goes on after the next request or start.');
    });
  }

  return {
    request(selector) {
      if (Number(statements.waiting.get()?.['n']) >= waiting_max)
        throw new SextantError('rate_limited', `${waiting_max} erasures are waiting.`);
      const erasure_id = randomUUID();
      statements.insert.run({ erasure_id, tenant: selector.tenant, selector: JSON.stringify(selector) });
      runOn();
      return { erasure_id, state: 'running', removed: null };
    },
    get(tenant, erasure_id) {
      const row = statements.get.get({ tenant, erasure_id });
      if (row === undefined) return null;
      const removed = row['removed'] === null ? null : (JSON.parse(String(row['removed'])) as Erased);
      return { erasure_id, state: removed === null ? 'running' : 'done', removed };
    },
    start() {
      // What an end of the process kept from being cleaned away.
      control.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      runOn();
    },
    stop: () => stopping.abort(),
  };
}

async function erase(selector: EraseSelector, parts: ErasureParts, signal: AbortSignal): Promise<Erased> {
  const { control, store, journal } = parts;
  const position = await journal.rotate();
  await parts.untilStored(position, signal);
  const removed = await parts.whileWatchRests(async () => {
    const rows = await store.erase(selector);
    const vectors = await forgetRemovedVectors({ control, store });
    return vectors === 0 ? rows : { ...rows, 'values of the watch': vectors };
  });
  await journal.forget(position);
  return removed;
}

/** Leaves nothing of deleted rows in the file or its log. */
function scrub(control: DatabaseSync): void {
  control.exec('VACUUM');
  control.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

const table = `
  CREATE TABLE IF NOT EXISTS erasures (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    erasure_id TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    -- Whom it is about; gone when it is done.
    selector TEXT,
    removed TEXT
  ) STRICT;
`;

function prepare(control: DatabaseSync) {
  return {
    insert: control.prepare(`
      INSERT INTO erasures (erasure_id, tenant, selector) VALUES ($erasure_id, $tenant, $selector)`),
    waiting: control.prepare('SELECT count(*) AS n FROM erasures WHERE removed IS NULL'),
    oldest: control.prepare(`
      SELECT erasure_id, selector FROM erasures WHERE removed IS NULL ORDER BY sequence LIMIT 1`),
    finish: control.prepare(`
      UPDATE erasures SET selector = NULL, removed = $removed WHERE erasure_id = $erasure_id`),
    forget: control.prepare(`
      DELETE FROM erasures WHERE removed IS NOT NULL
        AND sequence <= (SELECT max(sequence) FROM erasures) - $kept_max`),
    get: control.prepare(`
      SELECT removed FROM erasures WHERE tenant = $tenant AND erasure_id = $erasure_id`),
  };
}
