import { type DuckDBConnection, DuckDBListValue, LIST, VARCHAR } from '@duckdb/node-api';
import type { NewRow } from '../schema.ts';
import { type Amendment, comparePositions, type Position, type Row, type SpanRows } from '../store.ts';
import { amendmentRow, applyAmendments } from './amendments.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import { type DayKeys, type KeyedTable, keyExpression, messageKey, spanKey, versionKey } from './day-keys.ts';
import { nextDay } from './days.ts';
import { hashKey, KeySet } from './key-set.ts';
import { setProgress } from './progress.ts';
import type { RowBuffer, WritableTable } from './row-buffer.ts';

export interface DayTransactionOptions {
  readonly files: DayFiles;
  readonly file: DayFile;
}

/**
 * What one append writes to one day file: rows as they come, then the position, all of it visible and durable
 * with `commit` and nothing of it after `rollback`.
 */
export class DayTransaction {
  readonly file: DayFile;
  readonly #options: DayTransactionOptions;
  readonly #connection: DuckDBConnection;
  readonly #keys: DayKeys;
  /** Keys of this transaction; they become known with the commit. */
  readonly #added = {
    spans: new KeySet(),
    messages: new KeySet(),
    versions: new KeySet(),
    amendments: new KeySet(),
  };
  readonly #written = new Set<WritableTable>();
  /** Rows that were not handed over yet. */
  readonly #waiting = new Map<WritableTable, RowBuffer>();
  /** The rows DuckDB is taking: a connection runs one statement at a time, and more rows are made meanwhile. */
  #handing_over: Promise<void> = Promise.resolve();
  #has_amendments = false;
  #ingest_time = 0;
  #handed_over_bytes = 0;

  private constructor(options: DayTransactionOptions, connection: DuckDBConnection, keys: DayKeys) {
    this.#options = options;
    this.#connection = connection;
    this.#keys = keys;
    this.file = options.file;
  }

  static async begin(options: DayTransactionOptions): Promise<DayTransaction> {
    const keys = await options.files.keys(options.file.day);
    const connection = await options.files.connect();
    await connection.run('BEGIN TRANSACTION');
    return new DayTransaction(options, connection, keys);
  }

  /** What is added from now on is stamped with this time, which is later than any before in this file. */
  stampWith(ingest_time: number): void {
    this.#ingest_time = ingest_time;
  }

  /** Adds spans that are not stored yet, with all that belongs to them; returns how many those were. */
  async addSpans(spans: readonly SpanRows[]): Promise<number> {
    const fresh = await this.#dropKnown(spans, {
      table: 'spans',
      key: ({ span }) => spanKey(span),
      id: ({ span }) => span.span_id,
    });
    await this.addRows(
      'spans',
      fresh.map((rows) => rows.span),
    );
    await this.addRows(
      'embeddings',
      fresh.flatMap((rows) => rows.embeddings),
    );
    await this.addRows(
      'cost_lines',
      fresh.flatMap((rows) => rows.cost_lines),
    );
    await this.addMessages(fresh.flatMap((rows) => rows.messages));
    await this.#addVersions(fresh.flatMap((rows) => rows.versions));
    await this.#lookForAmendments(fresh);
    return fresh.length;
  }

  /** What waits in memory to be handed over. */
  get waiting_bytes(): number {
    return [...this.#waiting.values()].reduce((sum, rows) => sum + rows.bytes, 0);
  }

  /** What DuckDB has to commit. */
  get handed_over_bytes(): number {
    return this.#handed_over_bytes;
  }

  /** Adds rows without looking whether they are there. */
  async addRows(table: WritableTable, rows: readonly object[]): Promise<void> {
    this.#written.add(table);
    for (const row of rows) {
      const waiting = this.#waiting.get(table) ?? this.#options.files.inserter.takeBuffer(table);
      this.#waiting.set(table, waiting);
      waiting.add(row as Row, this.#ingest_time);
      if (waiting.is_full) await this.#handOver(table);
    }
  }

  async addMessages(messages: readonly NewRow<'messages'>[]): Promise<void> {
    const lookup = { table: 'messages', key: messageKey, id: messageId } as const;
    await this.addRows('messages', await this.#dropKnown(messages, lookup));
  }

  /** Adds amendments of spans of this day, stored or still to come. */
  async addAmendments(amendments: readonly Amendment[]): Promise<void> {
    if (amendments.length === 0) return;
    await this.addRows('amendments', amendments.map(amendmentRow));
    await this.addMessages(amendments.flatMap((amendment) => amendment.messages));
    for (const amendment of amendments) this.#added.amendments.add(hashKey(spanKey(amendment)));
    this.#has_amendments = true;
  }

  /** Whether a span is stored, or was added. */
  async hasSpan(span: { tenant: string; trace_id: string; span_id: string }): Promise<boolean> {
    const key = hashKey(spanKey(span));
    const answer = this.#added.spans.has(key) ? 'stored' : this.#keys.spans.check(key);
    if (answer !== 'ask') return answer === 'stored';
    const lookup = { table: 'spans', key: spanKey, id: () => span.span_id } as const;
    return (await this.#readStored([span], lookup)).has(key.text);
  }

  /** Hands over what still waits in memory, and resolves when DuckDB has it. */
  async flush(): Promise<void> {
    for (const table of this.#waiting.keys()) await this.#handOver(table);
    await this.#handing_over;
  }

  async commit(through: Position): Promise<void> {
    const { file, files } = this.#options;
    const ingest_time = this.#ingest_time;
    await this.flush();
    if (this.#has_amendments) {
      const waiting_days = [file.day, nextDay(file.day)].filter((day) => files.get(day));
      await applyAmendments(this.#connection, { day: file.day, waiting_days, ingest_time });
    }
    // A repeated batch may end before what the file holds.
    const position = comparePositions(through, file.position) > 0 ? through : file.position;
    await setProgress(this.#connection, { day: file.day, name: 'journal', position });
    await this.#connection.run('COMMIT');
    this.#connection.closeSync();
    file.position = position;
    if (this.#added.spans.size > 0 || this.#has_amendments) file.newest.spans = ingest_time;
    if (this.#written.has('embeddings')) file.newest.embeddings = ingest_time;
    if (this.#written.has('scores')) file.newest.scores = ingest_time;
    for (const table of keyed_tables) {
      for (const key of this.#added[table]) this.#keys[table].add(key);
    }
  }

  async rollback(): Promise<void> {
    // The error of these rows is the one that led here, or says no more than it.
    await this.#handing_over.catch(() => undefined);
    // A failed commit has ended the transaction already; the first error is the one that tells why.
    await this.#connection.run('ROLLBACK').catch(() => undefined);
    this.#connection.closeSync();
  }

  async #addVersions(versions: readonly NewRow<'versions'>[]): Promise<void> {
    const lookup = { table: 'versions', key: versionKey, id: versionName } as const;
    await this.addRows('versions', await this.#dropKnown(versions, lookup));
  }

  // An amendment lies in the file of its own day, which may be the day after its span.
  async #lookForAmendments(spans: readonly SpanRows[]): Promise<void> {
    if (this.#has_amendments) return;
    const { files, file } = this.#options;
    const next = nextDay(file.day);
    const places = [this.#keys, ...(files.get(next) ? [await files.keys(next)] : [])];
    this.#has_amendments = places.some(
      ({ amendments }) =>
        !amendments.is_empty && spans.some(({ span }) => amendments.check(hashKey(spanKey(span))) !== 'new'),
    );
  }

  /** The items whose key neither the table nor an earlier item has. */
  async #dropKnown<Item>(items: readonly Item[], lookup: Lookup<Item>): Promise<Item[]> {
    const known = this.#keys[lookup.table];
    const added = this.#added[lookup.table];
    const checked = items.map((item) => {
      const key = hashKey(lookup.key(item));
      return { item, key, answer: known.check(key) };
    });
    const unsure = checked.filter(({ answer }) => answer === 'ask').map(({ item }) => item);
    const stored = await this.#readStored(unsure, lookup);
    const fresh: Item[] = [];
    for (const { item, key, answer } of checked) {
      if (answer === 'stored' || added.has(key) || stored.has(key.text)) continue;
      added.add(key);
      fresh.push(item);
    }
    return fresh;
  }

  /** Asks the table about items of which nobody is sure. */
  async #readStored<Item>(unsure: readonly Item[], lookup: Lookup<Item>): Promise<ReadonlySet<string>> {
    if (unsure.length === 0) return nothing;
    await this.#handing_over;
    const ids = new DuckDBListValue([...new Set(unsure.map(lookup.id))]);
    const reader = await this.#connection.runAndReadAll(
      `SELECT ${keyExpression(lookup.table)} AS key FROM "${this.file.day}".main.${lookup.table}
      WHERE ${id_columns[lookup.table]} IN (SELECT unnest($ids))`,
      { ids },
      { ids: LIST(VARCHAR) },
    );
    const stored = new Set(reader.getRowObjects().map((row) => String(row['key'])));
    for (const key of stored) this.#keys[lookup.table].remember(hashKey(key));
    return stored;
  }

  /** Starts handing over the rows of a table as soon as DuckDB has taken those before. */
  async #handOver(table: WritableTable): Promise<void> {
    const rows = this.#waiting.get(table);
    if (!rows) return;
    this.#waiting.delete(table);
    this.#handed_over_bytes += rows.bytes;
    await this.#handing_over;
    const { files, file } = this.#options;
    const target = { catalog: file.day, table };
    this.#handing_over = files.inserter.insertBuffer(this.#connection, target, rows);
    // Whoever waits for it next hears of its error.
    this.#handing_over.catch(() => undefined);
  }
}

interface Lookup<Item> {
  readonly table: KeyedTable;
  key(item: Item): string;
  /** The value the table is asked for. */
  id(item: Item): string;
}

/** A column that narrows a look-up down. */
const id_columns = {
  spans: 'span_id',
  messages: 'message_hash',
  versions: 'name',
  amendments: 'span_id',
} as const;

const keyed_tables = ['spans', 'messages', 'versions', 'amendments'] as const;
const nothing: ReadonlySet<string> = new Set();

function messageId({ message_hash }: NewRow<'messages'>): string {
  return message_hash;
}

function versionName({ name }: NewRow<'versions'>): string {
  return name;
}
