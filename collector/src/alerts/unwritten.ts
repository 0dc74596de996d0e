import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../log.ts';
import type { NewRow } from '../stores/schema.ts';
import type { Store } from '../stores/store.ts';
import { within } from './within.ts';

const BATCH_ROWS = 100;
const ROWS_MAX = 10_000;
const RETRY_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;

/**
 * Rows on their way into table `alerts`. They are kept here, in the transaction that changed the alert, until
 * the store has them: at least once, and once except after a crash between the two.
 */
export interface Unwritten {
  /** Part of a transaction of the caller. */
  insert(row: NewRow<'alerts'>): void;
  /** Tries once to write all; what the store refused stays for the next time. Never rejects. */
  flush(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
  counts(): { readonly waiting: number; readonly dropped: number };
}

interface UnwrittenSettings {
  readonly database: DatabaseSync;
  readonly store: Pick<Store, 'insert'>;
  readonly log: Log;
}

export function createUnwritten({ database, store, log }: UnwrittenSettings): Unwritten {
  database.exec(`
    CREATE TABLE IF NOT EXISTS alert_unwritten (
      sequence INTEGER PRIMARY KEY AUTOINCREMENT,
      document TEXT NOT NULL
    ) STRICT`);
  const statements = prepare(database);
  let dropped = 0;
  let flushed = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  function insert(row: NewRow<'alerts'>): void {
    statements.insert.run({ document: JSON.stringify(row) });
    dropped += Number(statements.drop.run({ rows_max: ROWS_MAX }).changes);
  }

  function flush(): Promise<void> {
    flushed = flushed.then(write).catch((error: unknown) => {
      log.warn({ error }, 'Changes of alerts could not be stored yet.');
    });
    return flushed;
  }

  async function write(): Promise<void> {
    for (;;) {
      const waiting = statements.oldest.all({ limit: BATCH_ROWS });
      const last = waiting.at(-1);
      if (last === undefined) return;
      const rows = waiting.map((row) => JSON.parse(String(row['document'])) as NewRow<'alerts'>);
      await store.insert('alerts', rows);
      statements.remove.run({ through: Number(last['sequence']) });
    }
  }

  function counts() {
    return { waiting: Number(statements.count.get()?.['n']), dropped };
  }

  function start(): void {
    timer = setInterval(flush, RETRY_MS);
    void flush();
  }

  async function stop(): Promise<void> {
    clearInterval(timer);
    await within(STOP_TIMEOUT_MS, flushed, undefined);
  }

  return { insert, flush, start, stop, counts };
}

function prepare(database: DatabaseSync) {
  return {
    insert: database.prepare('INSERT INTO alert_unwritten (document) VALUES ($document)'),
    drop: database.prepare(`
      DELETE FROM alert_unwritten WHERE sequence <= (SELECT max(sequence) FROM alert_unwritten) - $rows_max`),
    oldest: database.prepare('SELECT sequence, document FROM alert_unwritten ORDER BY sequence LIMIT $limit'),
    remove: database.prepare('DELETE FROM alert_unwritten WHERE sequence <= $through'),
    count: database.prepare('SELECT count(*) AS n FROM alert_unwritten'),
  };
}
