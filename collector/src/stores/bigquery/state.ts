import type { DatabaseSync } from 'node:sqlite';
import { comparePositions, type Position, type QueueName } from '../store.ts';

/**
 * What this collector knows of its own rows in BigQuery, in SQLite beside it:
 *
 *   bigquery_progress   position of the journal, and the last ingest time given out
 *   bigquery_batches    batches whose rows wait in a queue, by day
 *   bigquery_finished   batches that were worked off, of the last days
 *   bigquery_answers    work whose answers are being stored
 */
interface BatchKey {
  readonly queue: QueueName;
  readonly day: string;
  readonly ingest_time: number;
}

export interface WaitingBatch extends BatchKey {
  /** At most so many rows of the batch belong to the queue. */
  readonly rows_max: number;
}

/** Which rows some work is about: those of batches of one day. */
export interface Mark {
  readonly day: string;
  readonly ingest_times: readonly number[];
}

export class State {
  readonly #database: DatabaseSync;
  readonly #now_us: () => number;

  constructor(database: DatabaseSync, now_us: () => number) {
    this.#database = database;
    this.#now_us = now_us;
    database.exec(`
      CREATE TABLE IF NOT EXISTS bigquery_progress (
        id INTEGER PRIMARY KEY CHECK (id = 1), segment INTEGER, place INTEGER, ingest_time INTEGER NOT NULL
      ) STRICT;
      INSERT OR IGNORE INTO bigquery_progress VALUES (1, NULL, NULL, 0);
      CREATE TABLE IF NOT EXISTS bigquery_batches (
        queue TEXT NOT NULL, day TEXT NOT NULL, ingest_time INTEGER NOT NULL, rows_max INTEGER NOT NULL,
        PRIMARY KEY (queue, day, ingest_time)
      ) STRICT;
      CREATE TABLE IF NOT EXISTS bigquery_finished (
        queue TEXT NOT NULL, day TEXT NOT NULL, ingest_time INTEGER NOT NULL,
        PRIMARY KEY (queue, day, ingest_time)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS bigquery_answers (
        queue TEXT PRIMARY KEY, mark TEXT NOT NULL, ingest_time INTEGER NOT NULL
      ) STRICT;
    `);
  }

  position(): Position | null {
    const row = this.#database.prepare('SELECT segment, place FROM bigquery_progress').get();
    if (row?.['segment'] == null) return null;
    return { segment: Number(row['segment']), offset: Number(row['place']) };
  }

  setPosition(position: Position): void {
    const current = this.position();
    if (current && comparePositions(position, current) <= 0) return;
    const { segment, offset } = position;
    this.#database.prepare('UPDATE bigquery_progress SET segment = ?, place = ?').run(segment, offset);
  }

  /** An ingest time later than every one before. */
  nextIngestTime(): number {
    const row = this.#database
      .prepare('UPDATE bigquery_progress SET ingest_time = max(ingest_time + 1, ?) RETURNING ingest_time')
      .get(this.#now_us());
    return Number(row?.['ingest_time']);
  }

  addBatches(batches: readonly WaitingBatch[]): void {
    const insert = this.#database.prepare('INSERT OR REPLACE INTO bigquery_batches VALUES (?, ?, ?, ?)');
    this.#transaction(() => {
      for (const { queue, day, ingest_time, rows_max } of batches)
        insert.run(queue, day, ingest_time, rows_max);
    });
  }

  /** Batches of the oldest day of a queue, oldest first, not more than this many. */
  oldestBatches(
    queue: QueueName,
    { limit, before_us }: { readonly limit: number; readonly before_us: number },
  ): WaitingBatch[] {
    const rows = this.#database
      .prepare(
        `WITH waiting AS (SELECT * FROM bigquery_batches WHERE queue = $queue AND ingest_time <= $before_us)
        SELECT day, ingest_time, rows_max FROM waiting WHERE day = (SELECT min(day) FROM waiting)
        ORDER BY ingest_time LIMIT $limit`,
      )
      .all({ queue, limit, before_us });
    return rows.map((row) => ({
      queue,
      day: String(row['day']),
      ingest_time: Number(row['ingest_time']),
      rows_max: Number(row['rows_max']),
    }));
  }

  /** Ingest times of the newest batches of a day that were worked off. */
  finishedBatches(
    queue: QueueName,
    { day, limit }: { readonly day: string; readonly limit: number },
  ): number[] {
    const rows = this.#database
      .prepare(
        'SELECT ingest_time FROM bigquery_finished WHERE queue = ? AND day = ? ORDER BY ingest_time DESC LIMIT ?',
      )
      .all(queue, day, limit);
    return rows.map((row) => Number(row['ingest_time']));
  }

  isWaiting(queue: QueueName, { day, ingest_times }: Mark): boolean {
    const find = this.#database.prepare(
      'SELECT 1 FROM bigquery_batches WHERE queue = ? AND day = ? AND ingest_time = ?',
    );
    return ingest_times.some((ingest_time) => find.get(queue, day, ingest_time) !== undefined);
  }

  /** Work whose answers an earlier call began to store. */
  begunAnswer(queue: QueueName): { readonly mark: string; readonly ingest_time: number } | null {
    const row = this.#database
      .prepare('SELECT mark, ingest_time FROM bigquery_answers WHERE queue = ?')
      .get(queue);
    return row ? { mark: String(row['mark']), ingest_time: Number(row['ingest_time']) } : null;
  }

  beginAnswer(queue: QueueName, mark: string): number {
    const ingest_time = this.nextIngestTime();
    this.#database.prepare('INSERT INTO bigquery_answers VALUES (?, ?, ?)').run(queue, mark, ingest_time);
    return ingest_time;
  }

  /** The work is done, and its answers wait where they are to wait. */
  endWork(queue: QueueName, mark: Mark, answers: readonly WaitingBatch[] = []): void {
    const remove = this.#database.prepare(
      'DELETE FROM bigquery_batches WHERE queue = ? AND day = ? AND ingest_time = ?',
    );
    const insert = this.#database.prepare('INSERT OR REPLACE INTO bigquery_batches VALUES (?, ?, ?, ?)');
    const finished = this.#database.prepare('INSERT OR IGNORE INTO bigquery_finished VALUES (?, ?, ?)');
    const forget = this.#database.prepare(`
      DELETE FROM bigquery_finished WHERE queue = $queue AND day < (
        SELECT min(day) FROM (
          SELECT DISTINCT day FROM bigquery_finished WHERE queue = $queue ORDER BY day DESC LIMIT 2))`);
    this.#transaction(() => {
      for (const ingest_time of mark.ingest_times) {
        remove.run(queue, mark.day, ingest_time);
        finished.run(queue, mark.day, ingest_time);
      }
      // A conversation is followed within its day: the days before the last two that were worked on can go.
      forget.run({ queue });
      for (const { queue: next, day, ingest_time, rows_max } of answers)
        insert.run(next, day, ingest_time, rows_max);
      this.#database.prepare('DELETE FROM bigquery_answers WHERE queue = ?').run(queue);
    });
  }

  removeBatchesBefore(day: string): void {
    this.#database.prepare('DELETE FROM bigquery_batches WHERE day < ?').run(day);
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}
