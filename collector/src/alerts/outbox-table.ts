import type { DatabaseSync } from 'node:sqlite';
import { type Delivery, isoTime } from './alert.ts';
import type { Notification } from './channels/channel.ts';
import type { Settled } from './retry.ts';

/**
 * The rows of the outbox, one for each notification and channel:
 *
 *     pending ──▶ delivered
 *        └──────▶ dead
 *
 * `next_attempt_ms` is also the lease: claiming a row moves it to the end of the lease, so that a row whose
 * process died comes back by itself. `attempts` tells a late answer from the present one.
 */
export interface OutboxTable {
  insert(notification: Notification, channel: string, now_ms: number): void;
  /** The row of the channel that is due longest, unless an earlier row of the same alert is still pending. */
  claim(request: { channel: string; now_ms: number; lease_ms: number }): Claim | null;
  settle(claim: Claim, result: Settled): void;
  /** When the next row of the channel is due; null when none waits. */
  nextDue(channel: string): number | null;
  /** Buries what is pending for channels that are no longer configured; returns how many rows that were. */
  buryUnknown(channels: readonly string[]): number;
  /** Makes room: drops all but the newest rows, first those delivered, then the dead, then those pending. */
  trim(rows_max: number): Dropped[];
  deliveries(alert_id: string): Delivery[];
  counts(): Record<RowState, number>;
}

export type RowState = Delivery['state'];

interface Dropped {
  readonly state: RowState;
  readonly rows: number;
}

interface Claim {
  readonly sequence: number;
  readonly attempts: number;
  readonly notification: Notification;
}

export function openOutboxTable(database: DatabaseSync): OutboxTable {
  database.exec(table);
  const statements = prepare(database);

  function claim(request: { channel: string; now_ms: number; lease_ms: number }): Claim | null {
    const row = statements.claim.get(request);
    if (row === undefined) return null;
    const notification = JSON.parse(String(row['document'])) as Notification;
    return { sequence: Number(row['sequence']), attempts: Number(row['attempts']), notification };
  }

  function trim(rows_max: number): Dropped[] {
    let excess = Number(statements.count.get()?.['n']) - rows_max;
    const dropped: Dropped[] = [];
    for (const state of ['delivered', 'dead', 'pending'] as const) {
      if (excess <= 0) break;
      const rows = Number(statements.drop.run({ state, excess }).changes);
      dropped.push({ state, rows });
      excess -= rows;
    }
    return dropped;
  }

  return {
    insert: (notification, channel, now_ms) => {
      const { id, type, alert } = notification;
      const document = JSON.stringify(notification);
      statements.insert.run({ id, channel, alert_id: alert.alert_id, type, document, now_ms });
    },
    claim,
    settle: ({ sequence, attempts }, settled) => statements.settle.run({ sequence, attempts, ...settled }),
    nextDue: (channel) => {
      const due_ms = statements.next_due.get({ channel })?.['due_ms'];
      return typeof due_ms === 'number' ? due_ms : null;
    },
    buryUnknown: (channels) => Number(statements.bury.run({ channels: JSON.stringify(channels) }).changes),
    trim,
    deliveries: (alert_id) => statements.deliveries.all({ alert_id }).map(deliveryOf),
    counts: () => {
      const counts = { pending: 0, delivered: 0, dead: 0 };
      for (const row of statements.count_states.all()) counts[row['state'] as RowState] = Number(row['n']);
      return counts;
    },
  };
}

function deliveryOf(row: Record<string, unknown>): Delivery {
  const { next_attempt_ms, ...rest } = row as Omit<Delivery, 'next_attempt'> & {
    next_attempt_ms: number | null;
  };
  return { ...rest, next_attempt: next_attempt_ms === null ? null : isoTime(next_attempt_ms * 1000) };
}

const table = `
  CREATE TABLE IF NOT EXISTS alert_outbox (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    notification_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    type TEXT NOT NULL,
    document TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending',
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_ms INTEGER,
    last_error TEXT,
    UNIQUE (notification_id, channel)
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_outbox_due ON alert_outbox (channel, state, next_attempt_ms);
  CREATE INDEX IF NOT EXISTS alert_outbox_alert ON alert_outbox (alert_id, sequence);
`;

/** Rows that may go out: pending, and nothing earlier of their alert is. */
const ready = `
  FROM alert_outbox AS row WHERE channel = $channel AND state = 'pending' AND NOT EXISTS (
    SELECT 1 FROM alert_outbox AS earlier
    WHERE earlier.alert_id = row.alert_id AND earlier.sequence < row.sequence
      AND earlier.channel = row.channel AND earlier.state = 'pending')
`;

function prepare(database: DatabaseSync) {
  return {
    insert: database.prepare(`
      INSERT OR IGNORE INTO alert_outbox (notification_id, channel, alert_id, type, document, next_attempt_ms)
      VALUES ($id, $channel, $alert_id, $type, $document, $now_ms)`),
    claim: database.prepare(`
      UPDATE alert_outbox SET attempts = attempts + 1, next_attempt_ms = $now_ms + $lease_ms
      WHERE sequence = (
        SELECT sequence ${ready} AND next_attempt_ms <= $now_ms ORDER BY next_attempt_ms, sequence LIMIT 1)
      RETURNING sequence, attempts, document`),
    settle: database.prepare(`
      UPDATE alert_outbox SET state = $state, last_error = $error, next_attempt_ms = $next_attempt_ms
      WHERE sequence = $sequence AND attempts = $attempts AND state = 'pending'`),
    next_due: database.prepare(`SELECT min(next_attempt_ms) AS due_ms ${ready}`),
    bury: database.prepare(`
      UPDATE alert_outbox
      SET state = 'dead', next_attempt_ms = NULL, last_error = 'The channel is no longer configured.'
      WHERE state = 'pending' AND channel NOT IN (SELECT value FROM json_each($channels))`),
    count: database.prepare('SELECT count(*) AS n FROM alert_outbox'),
    drop: database.prepare(`
      DELETE FROM alert_outbox WHERE sequence IN (
        SELECT sequence FROM alert_outbox WHERE state = $state ORDER BY sequence LIMIT $excess)`),
    deliveries: database.prepare(`
      SELECT channel, type, state, attempts, last_error, next_attempt_ms FROM alert_outbox
      WHERE alert_id = $alert_id ORDER BY sequence`),
    count_states: database.prepare('SELECT state, count(*) AS n FROM alert_outbox GROUP BY state'),
  };
}
