import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type AnyTable, type ColumnType, tables } from '../schema.ts';
import type { Row } from '../store.ts';
import { amendment_columns } from './amendments.ts';
import { chunk_rows, RowChunk } from './row-chunk.ts';

/** Tables that rows are written to: those of the schema and the amendments that wait for their span. */
export type WritableTable = keyof typeof tables | 'amendments';

/** One chunk for each table, shared by all writers: it holds rows only while they are handed over. */
export class RowChunks {
  readonly #chunks = new Map<WritableTable, RowChunk>();

  get(table: WritableTable): RowChunk {
    let chunk = this.#chunks.get(table);
    if (!chunk) {
      chunk = new RowChunk(columnsOf(table));
      this.#chunks.set(table, chunk);
    }
    return chunk;
  }
}

export interface WriterOptions {
  readonly connection: DuckDBConnection;
  readonly chunks: RowChunks;
  readonly catalog: string;
  readonly table: WritableTable;
  /** Stamped on every row. */
  readonly ingest_time: number;
}

/** Writes rows of one table in the transaction of its connection. They are in the table after `flush`. */
export class TableWriter {
  readonly #options: WriterOptions;
  #appender: DuckDBAppender | null = null;
  #waiting: Row[] = [];

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  async write(rows: readonly object[]): Promise<void> {
    for (const row of rows) {
      this.#waiting.push(row as Row);
      if (this.#waiting.length === chunk_rows) await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const { connection, chunks, catalog, table, ingest_time } = this.#options;
    this.#appender ??= await connection.createAppender(table, 'main', catalog);
    chunks.get(table).append(this.#appender, this.#waiting, { ingest_time });
    this.#waiting = [];
    this.#appender.flushSync();
  }

  close(): void {
    this.#appender?.closeSync();
    this.#appender = null;
  }

  /** Forgets what is not in the table; else the appender would write it when it is collected as garbage. */
  abandon(): void {
    this.#waiting = [];
    this.#appender?.clear();
    this.#appender = null;
  }
}

function columnsOf(table: WritableTable): Readonly<Record<string, ColumnType>> {
  if (table === 'amendments') return amendment_columns;
  const { columns } = tables[table] as AnyTable;
  return Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type]));
}
