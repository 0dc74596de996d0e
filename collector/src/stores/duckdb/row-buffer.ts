import type { DuckDBDataChunk } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { type AnyTable, type ColumnType, tables } from '../schema.ts';
import type { Row } from '../store.ts';
import { amendment_columns } from './amendments.ts';
import { type ColumnBuffer, createColumnBuffer } from './column-buffer.ts';

/** Tables that rows are written to: those of the schema and the amendments that wait for their span. */
export type WritableTable = keyof typeof tables | 'amendments';

export interface NamedColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Rows DuckDB takes at once. */
export const chunk_rows = 2048;
const stamped_column = 'ingest_time';

/** Rows of one table that wait to be handed to DuckDB, a chunk at most, kept by columns. */
export class RowBuffer {
  readonly columns: readonly NamedColumn[];
  /** The columns a row has itself, in their order. */
  readonly #given: readonly string[];
  readonly #buffers: readonly ColumnBuffer[];
  readonly #stamps: number;
  #count = 0;

  constructor(table: WritableTable) {
    this.columns = Object.entries(columnsOf(table)).map(([name, type]) => ({ name, type }));
    this.#given = this.columns.map(({ name }) => name).filter((name) => name !== stamped_column);
    this.#buffers = this.columns.map(({ type }) => createColumnBuffer(type));
    this.#stamps = this.columns.findIndex(({ name }) => name === stamped_column);
  }

  get count(): number {
    return this.#count;
  }

  get is_full(): boolean {
    return this.#count >= chunk_rows;
  }

  get bytes(): number {
    return this.#buffers.reduce((sum, buffer) => sum + buffer.bytes, 0);
  }

  /**
   * After an error the buffer is not to be used again.
   * @param ingest_time stamped on the row, microseconds since 1970
   * @throws RangeError for a number that is not an integer in a column of integers
   */
  add(row: Row, ingest_time: number): void {
    const values = valuesOf(row, this.#given);
    let place = 0;
    for (const [index, buffer] of this.#buffers.entries())
      buffer.add(index === this.#stamps ? ingest_time : values[place++]);
    this.#count += 1;
  }

  /** Fills a chunk with all rows and forgets them. */
  moveTo(chunk: DuckDBDataChunk): void {
    chunk.rowCount = this.#count;
    for (const [index, buffer] of this.#buffers.entries())
      buffer.moveTo(bindings.data_chunk_get_vector(chunk.chunk, index));
    this.#count = 0;
  }
}

/** The values of a row by the order of columns: those that come in that order need not be looked up by name. */
function valuesOf(row: Row, columns: readonly string[]): readonly unknown[] {
  const names = Object.keys(row);
  const is_in_order =
    names.length === columns.length && names.every((name, index) => name === columns[index]);
  return is_in_order ? Object.values(row) : columns.map((column) => row[column]);
}

function columnsOf(table: WritableTable): Readonly<Record<string, ColumnType>> {
  if (table === 'amendments') return amendment_columns;
  const { columns } = tables[table] as AnyTable;
  return Object.fromEntries(Object.entries(columns).map(([name, { type }]) => [name, type]));
}
