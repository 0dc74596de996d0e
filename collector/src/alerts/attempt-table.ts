import type { DatabaseSync } from 'node:sqlite';
import { isoTime } from './alert.ts';
import type { Outcome } from './outcome.ts';

/** One attempt to carry a notification to a channel. */
export interface Attempt {
  /** Counts from 1, and anew when the notification is replayed. */
  readonly attempt: number;
  /** ISO 8601, of its start. */
  readonly time: string;
  /** Null while it is under way, and for ever where the process ended in the middle. */
  readonly result: Outcome['result'] | null;
  /** Status of the answer; null where none came, or the channel does not speak HTTP. */
  readonly status: number | null;
  readonly error: string | null;
  readonly duration_ms: number | null;
}

/** What an attempt came to. */
export interface AttemptEnd extends Pick<Attempt, 'status' | 'error'> {
  readonly result: Outcome['result'];
  readonly duration_ms: number;
}

/** The attempts behind the rows of the outbox: the newest, up to a number; they go when their row goes. */
export interface AttemptTable {
  /** Writes down that an attempt begins, so that one cut off by a crash shows too; returns its id. */
  begin(delivery: number, attempt: number, now_ms: number): number;
  end(attempt_id: number, end: AttemptEnd): void;
  /** Oldest first. */
  list(delivery: number): Attempt[];
}

/** Several for each row the outbox keeps; each is a line of at most some hundred bytes. */
const ATTEMPTS_MAX = 50_000;

/** The table of the outbox is there already. */
export function openAttemptTable(database: DatabaseSync, attempts_max = ATTEMPTS_MAX): AttemptTable {
  database.exec(table);
  const statements = prepare(database);
  return {
    begin(delivery, attempt, now_ms) {
      const attempt_id = Number(statements.begin.run({ delivery, attempt, now_ms }).lastInsertRowid);
      statements.trim.run({ through: attempt_id - attempts_max });
      return attempt_id;
    },
    end: (attempt_id, end) => statements.end.run({ attempt_id, ...end }),
    list: (delivery) => statements.list.all({ delivery }).map(attemptOf),
  };
}

function attemptOf(row: Record<string, unknown>): Attempt {
  const { started_ms, ...attempt } = row as unknown as Omit<Attempt, 'time'> & { started_ms: number };
  return { ...attempt, time: isoTime(started_ms * 1000) };
}

const table = `
  CREATE TABLE IF NOT EXISTS alert_attempts (
    attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery INTEGER NOT NULL REFERENCES alert_outbox (sequence) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    result TEXT,
    status INTEGER,
    error TEXT,
    duration_ms INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS alert_attempts_delivery ON alert_attempts (delivery);
`;

function prepare(database: DatabaseSync) {
  return {
    begin: database.prepare(
      'INSERT INTO alert_attempts (delivery, attempt, started_ms) VALUES ($delivery, $attempt, $now_ms)',
    ),
    trim: database.prepare('DELETE FROM alert_attempts WHERE attempt_id <= $through'),
    end: database.prepare(`
      UPDATE alert_attempts SET result = $result, status = $status, error = $error, duration_ms = $duration_ms
      WHERE attempt_id = $attempt_id`),
    list: database.prepare(`
      SELECT attempt, started_ms, result, status, error, duration_ms FROM alert_attempts
      WHERE delivery = $delivery ORDER BY attempt_id`),
  };
}
