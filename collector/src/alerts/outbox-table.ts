import type { DatabaseSync } from 'node:sqlite';
import { transaction } from '../sqlite-transaction.ts';
import { addColumn } from './add-column.ts';
import { type Delivery, isoTime } from './alert.ts';
import { type Attempt, type AttemptEnd, openAttemptTable } from './attempt-table.ts';
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
  /**
   * Begins an attempt for the row of the channel that is due longest, unless an earlier row of the same alert is
   * still pending.
   */
  claim(request: { channel: string; now_ms: number; lease_ms: number }): Claim | null;
  /** Ends the attempt. A late one is noted, and decides nothing any more. */
  settle(claim: Claim, result: Settled & AttemptEnd, now_ms: number): void;
  /** When the next row of the channel is due; null when none waits. */
  nextDue(channel: string): number | null;
  /** Buries what is pending for channels that are no longer configured; returns how many rows that were. */
  buryUnknown(channels: readonly string[]): number;
  /** Makes room: drops all but the newest rows, first those delivered, then the dead, then those pending. */
  trim(rows_max: number): Dropped[];
  /** Of the alert itself, and of groups that told of it. */
  deliveries(alert_id: string): Delivery[];
  /** Attempts of a delivery of the tenant, oldest first; null where there is no such delivery. */
  attempts(tenant: string, sequence: number): Attempt[] | null;
  /** Newest first. */
  log(query: DeliveryQuery): LoggedDelivery[];
  /** Makes a dead row of the tenant pending again, with its attempts counted anew; null where there is none. */
  replay(tenant: string, sequence: number, now_ms: number): LoggedDelivery | null;
  counts(): Record<RowState, number>;
}

export type RowState = Delivery['state'];

export interface DeliveryQuery {
  readonly tenant: string;
  readonly state?: RowState;
  readonly limit: number;
}

export interface LoggedDelivery extends Delivery {
  readonly notification_id: string;
  readonly alert_id: string;
  /** ISO 8601; null for what an earlier version wrote. */
  readonly created: string | null;
  /** ISO 8601, of the end of the latest attempt; null before it. */
  readonly attempted: string | null;
}

interface Dropped {
  readonly state: RowState;
  readonly rows: number;
}

interface Claim {
  readonly sequence: number;
  readonly attempt_id: number;
  readonly attempts: number;
  readonly notification: Notification;
}

export function openOutboxTable(database: DatabaseSync): OutboxTable {
  database.exec(table);
  for (const [column, type] of Object.entries(later_columns))
    addColumn(database, { table: 'alert_outbox', column, type });
  const attempted = openAttemptTable(database);
  const statements = prepare(database);

  function claim(request: { channel: string; now_ms: number; lease_ms: number }): Claim | null {
    const row = statements.claim.get(request);
    if (row === undefined) return null;
    const notification = JSON.parse(String(row['document'])) as Notification;
    const [sequence, attempts] = [Number(row['sequence']), Number(row['attempts'])];
    const attempt_id = attempted.begin(sequence, attempts, request.now_ms);
    return { sequence, attempt_id, attempts, notification };
  }

  function settle(
    { sequence, attempt_id, attempts }: Claim,
    end: Settled & AttemptEnd,
    now_ms: number,
  ): void {
    const { state, error, next_attempt_ms, result, status, duration_ms } = end;
    attempted.end(attempt_id, { result, status, error, duration_ms });
    statements.settle.run({ sequence, attempts, state, error, next_attempt_ms, now_ms });
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
      const { id, type, alert, group } = notification;
      const document = JSON.stringify(notification);
      const { alert_id, tenant } = alert;
      const row = { id, channel, alert_id, tenant, type, document, now_ms };
      const { changes, lastInsertRowid: delivery } = statements.insert.run(row);
      if (changes === 0) return;
      for (const member of group?.alerts ?? [])
        statements.insert_member.run({ delivery, alert_id: member.alert_id });
    },
    claim: (request) => transaction(database, () => claim(request)),
    settle: (...given) => transaction(database, () => settle(...given)),
    nextDue: (channel) => {
      const due_ms = statements.next_due.get({ channel })?.['due_ms'];
      return typeof due_ms === 'number' ? due_ms : null;
    },
    buryUnknown: (channels) => Number(statements.bury.run({ channels: JSON.stringify(channels) }).changes),
    trim,
    deliveries: (alert_id) => statements.deliveries.all({ alert_id }).map(deliveryOf),
    attempts: (tenant, sequence) =>
      statements.is_of.get({ tenant, sequence }) === undefined ? null : attempted.list(sequence),
    log: ({ tenant, state, limit }) =>
      statements.log.all({ tenant, state: state ?? null, limit }).map(loggedOf),
    replay: (tenant, sequence, now_ms) => {
      const row = statements.replay.get({ tenant, sequence, now_ms });
      return row === undefined ? null : loggedOf(row);
    },
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

function loggedOf(row: Record<string, unknown>): LoggedDelivery {
  const { created_ms, attempted_ms, ...rest } = row;
  const timeOf = (time_ms: unknown) => (typeof time_ms === 'number' ? isoTime(time_ms * 1000) : null);
  const delivery = deliveryOf(rest) as LoggedDelivery;
  return { ...delivery, created: timeOf(created_ms), attempted: timeOf(attempted_ms) };
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
  CREATE TABLE IF NOT EXISTS alert_outbox_members (
    alert_id TEXT NOT NULL,
    delivery INTEGER NOT NULL REFERENCES alert_outbox (sequence) ON DELETE CASCADE,
    PRIMARY KEY (alert_id, delivery)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS alert_outbox_members_delivery ON alert_outbox_members (delivery);
  CREATE INDEX IF NOT EXISTS alert_outbox_due ON alert_outbox (channel, state, next_attempt_ms);
  CREATE INDEX IF NOT EXISTS alert_outbox_alert ON alert_outbox (alert_id, sequence);
`;

const later_columns = { tenant: "TEXT NOT NULL DEFAULT ''", created_ms: 'INTEGER', attempted_ms: 'INTEGER' };

const delivery_columns = 'sequence, channel, type, state, attempts, last_error, next_attempt_ms';
const log_columns = `notification_id, alert_id, ${delivery_columns}, created_ms, attempted_ms`;

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
      INSERT OR IGNORE INTO alert_outbox
        (notification_id, channel, alert_id, tenant, type, document, next_attempt_ms, created_ms)
      VALUES ($id, $channel, $alert_id, $tenant, $type, $document, $now_ms, $now_ms)`),
    claim: database.prepare(`
      UPDATE alert_outbox SET attempts = attempts + 1, next_attempt_ms = $now_ms + $lease_ms
      WHERE sequence = (
        SELECT sequence ${ready} AND next_attempt_ms <= $now_ms ORDER BY next_attempt_ms, sequence LIMIT 1)
      RETURNING sequence, attempts, document`),
    settle: database.prepare(`
      UPDATE alert_outbox SET
        state = $state, last_error = $error, next_attempt_ms = $next_attempt_ms, attempted_ms = $now_ms
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
      SELECT ${delivery_columns} FROM alert_outbox WHERE sequence IN (
        SELECT sequence FROM alert_outbox WHERE alert_id = $alert_id
        UNION SELECT delivery FROM alert_outbox_members WHERE alert_id = $alert_id) ORDER BY sequence`),
    insert_member: database.prepare(
      'INSERT OR IGNORE INTO alert_outbox_members (alert_id, delivery) VALUES ($alert_id, $delivery)',
    ),
    is_of: database.prepare('SELECT 1 FROM alert_outbox WHERE tenant = $tenant AND sequence = $sequence'),
    log: database.prepare(`
      SELECT ${log_columns} FROM alert_outbox
      WHERE tenant = $tenant AND ($state IS NULL OR state = $state) ORDER BY sequence DESC LIMIT $limit`),
    replay: database.prepare(`
      UPDATE alert_outbox SET state = 'pending', attempts = 0, next_attempt_ms = $now_ms
      WHERE sequence = $sequence AND tenant = $tenant AND state = 'dead' RETURNING ${log_columns}`),
    count_states: database.prepare('SELECT state, count(*) AS n FROM alert_outbox GROUP BY state'),
  };
}
