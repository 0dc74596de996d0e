import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { transaction } from '../../sqlite-transaction.ts';
import type { NewRow } from '../schema.ts';
import type { Amendment } from '../store.ts';

type SpanRow = NewRow<'spans'>;
type SpanIds = Pick<SpanRow, 'tenant' | 'trace_id' | 'span_id'>;
type Columns = Amendment['columns'];
type Subject = { readonly [Name in 'trace_id' | 'conversation_id' | 'user_id']?: string };

/** An amendment whose span has not come after this long never finds it. */
const wait_us = 2 * 86_400_000_000;
/** More do not wait; the oldest go first. */
const default_waiting_max = 100_000;

/**
 * Amendments wait here for their spans, in SQLite, until the spans are on their way to BigQuery: rows that were
 * streamed cannot be changed for up to ninety minutes, and a change is a job for each of them.
 */
export class WaitingAmendments {
  readonly #database: DatabaseSync;
  readonly #find_columns: StatementSync;
  readonly #waiting_max: number;

  constructor(database: DatabaseSync, { waiting_max = default_waiting_max } = {}) {
    this.#database = database;
    this.#waiting_max = waiting_max;
    database.exec(`
      CREATE TABLE IF NOT EXISTS bigquery_amendments (
        tenant TEXT NOT NULL, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, time INTEGER NOT NULL,
        added INTEGER NOT NULL, columns TEXT NOT NULL, UNIQUE (tenant, trace_id, span_id)
      ) STRICT;
    `);
    this.#find_columns = database.prepare(
      'SELECT columns FROM bigquery_amendments WHERE tenant = ? AND trace_id = ? AND span_id = ?',
    );
  }

  /** What an earlier one says of a column stays, so that adding the same again changes nothing. */
  add(amendments: readonly Amendment[], now_us: number): void {
    const insert = this.#database.prepare(
      'INSERT OR REPLACE INTO bigquery_amendments VALUES (?, ?, ?, ?, ?, ?)',
    );
    transaction(this.#database, () => {
      for (const { tenant, trace_id, span_id, time, columns } of amendments) {
        const known = this.#find({ tenant, trace_id, span_id });
        insert.run(tenant, trace_id, span_id, time, now_us, JSON.stringify({ ...columns, ...known }));
      }
      this.#limit(now_us);
    });
  }

  /** The row with the columns it left open filled. */
  amend(span: SpanRow): SpanRow {
    const columns = this.#find(span);
    if (columns === undefined) return span;
    const open = Object.entries(columns).filter(([name]) => span[name as keyof Columns] === null);
    return { ...span, ...Object.fromEntries(open) };
  }

  /** Spans that are stored wait for nothing. */
  remove(spans: readonly SpanIds[]): void {
    const remove = this.#database.prepare(
      'DELETE FROM bigquery_amendments WHERE tenant = ? AND trace_id = ? AND span_id = ?',
    );
    transaction(this.#database, () => {
      for (const { tenant, trace_id, span_id } of spans) remove.run(tenant, trace_id, span_id);
    });
  }

  /** Removes what is said of a trace or a conversation; amendments name no user. */
  removeOf(tenant: string, subject: Subject): void {
    this.#database
      .prepare(
        `DELETE FROM bigquery_amendments WHERE tenant = $tenant
        AND (trace_id = $trace_id OR json_extract(columns, '$.conversation_id') = $conversation_id)`,
      )
      .run({ tenant, trace_id: subject.trace_id ?? null, conversation_id: subject.conversation_id ?? null });
  }

  removeBefore(time_us: number): void {
    this.#database.prepare('DELETE FROM bigquery_amendments WHERE time < ?').run(time_us);
  }

  #find({ tenant, trace_id, span_id }: SpanIds): Columns | undefined {
    const row = this.#find_columns.get(tenant, trace_id, span_id);
    return row === undefined ? undefined : (JSON.parse(String(row['columns'])) as Columns);
  }

  // A row that is replaced gets a new number, so the lowest numbers are those that waited longest.
  #limit(now_us: number): void {
    this.#database
      .prepare(
        `DELETE FROM bigquery_amendments WHERE added < $added
        OR rowid <= (SELECT max(rowid) FROM bigquery_amendments) - $waiting_max`,
      )
      .run({ added: now_us - wait_us, waiting_max: this.#waiting_max });
  }
}
