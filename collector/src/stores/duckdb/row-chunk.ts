import { type DuckDBAppender, DuckDBDataChunk, type DuckDBValue, type DuckDBVector } from '@duckdb/node-api';
import type { ColumnType } from '../schema.ts';
import type { Row } from '../store.ts';
import { duckdb_types, toDuckDB } from './values.ts';

/** Rows DuckDB takes at once. */
export const chunk_rows = 2048;

/**
 * Hands rows to DuckDB in its own memory, column by column. It is used again and again: a new chunk for every
 * hand-over would keep its memory until the garbage collector happens to see it.
 */
export class RowChunk {
  readonly #chunk: DuckDBDataChunk;
  readonly #columns: readonly ColumnVector[];

  constructor(columns: Readonly<Record<string, ColumnType>>) {
    const entries = Object.entries(columns);
    const types = entries.map(([, type]) => duckdb_types[type]);
    this.#chunk = DuckDBDataChunk.create(types, chunk_rows);
    this.#columns = entries.map(([name, type], index) => {
      const vector: WritableVector = this.#chunk.getColumnVector(index);
      return { name, type, vector };
    });
  }

  /** Appends at most `chunk_rows` rows; `stamp` holds columns that are the same in all of them. */
  append(appender: DuckDBAppender, rows: readonly Readonly<Row>[], stamp: Readonly<Row>): void {
    this.#chunk.reset();
    this.#chunk.rowCount = rows.length;
    for (const { name, type, vector } of this.#columns) {
      const stamped = stamp[name];
      for (let index = 0; index < rows.length; index++) {
        vector.setItem(index, toDuckDB(stamped ?? (rows[index] as Row)[name], type));
      }
      // A vector of lists writes all its places: those beyond the rows must not point to what was there before.
      if (list_types.has(type)) {
        for (let index = rows.length; index < chunk_rows; index++) vector.setItem(index, null);
      }
      vector.flush();
    }
    appender.appendDataChunk(this.#chunk);
  }
}

const list_types: ReadonlySet<ColumnType> = new Set(['texts', 'integers', 'numbers', 'doubles']);

interface ColumnVector {
  readonly name: string;
  readonly type: ColumnType;
  readonly vector: WritableVector;
}

/** Each kind of vector takes its own kind of value; which one is decided by the type of the column. */
interface WritableVector extends DuckDBVector {
  setItem(index: number, value: DuckDBValue): void;
}
