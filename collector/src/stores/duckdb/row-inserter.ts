import { type DuckDBConnection, type DuckDBDataChunk, DuckDBTableFunction, VARCHAR } from '@duckdb/node-api';
import type { Row } from '../store.ts';
import { RowBuffer, type WritableTable } from './row-buffer.ts';
import { duckdb_types } from './values.ts';

export interface InsertTarget {
  readonly catalog: string;
  readonly table: WritableTable;
}

export interface StampedTarget extends InsertTarget {
  /** Stamped on every row. */
  readonly ingest_time: number;
}

/**
 * Inserts rows with a statement that fetches them from here, a chunk at a time. So DuckDB checks, compresses and
 * writes them on a thread of its own while JavaScript makes the next ones; its appender would do all of that on
 * JavaScript's thread.
 */
export class RowInserter {
  readonly #waiting = new Map<string, BufferToFetch>();
  /** Buffers that are empty, by table. */
  readonly #free = new Map<WritableTable, RowBuffer[]>();
  #inserts = 0;

  /** Makes rows available to every connection of the database. */
  static register(connection: DuckDBConnection): RowInserter {
    const inserter = new RowInserter();
    connection.registerTableFunction(
      DuckDBTableFunction.create({
        name: function_name,
        parameterTypes: [VARCHAR],
        bindFunction(info) {
          const rows = inserter.#waiting.get(String(info.getParameter(0)));
          if (!rows) return info.setError('There are no rows of that name.');
          for (const { name, type } of rows.buffer.columns) info.addResultColumn(name, duckdb_types[type]);
          info.setCardinality(rows.buffer.count, true);
          info.setBindData(rows);
        },
        initFunction() {},
        mainFunction: (info, output) => (info.bindData as BufferToFetch).fetch(output),
      }),
    );
    return inserter;
  }

  /** An empty buffer for rows of a table, to be filled and inserted. */
  takeBuffer(table: WritableTable): RowBuffer {
    return this.#free.get(table)?.pop() ?? new RowBuffer(table);
  }

  /**
   * Inserts the rows of a buffer and takes it back, or throws what DuckDB says; the connection is busy until then.
   */
  async insertBuffer(connection: DuckDBConnection, target: InsertTarget, buffer: RowBuffer): Promise<void> {
    const { catalog, table } = target;
    this.#inserts += 1;
    const name = String(this.#inserts);
    const fetched = new BufferToFetch(buffer);
    this.#waiting.set(name, fetched);
    try {
      await connection.run(`INSERT INTO "${catalog}".main.${table} FROM ${function_name}('${name}')`);
    } catch (error) {
      throw fetched.failure ?? error;
    } finally {
      this.#waiting.delete(name);
    }
    this.#takeBack(table, buffer);
  }

  /**
   * Inserts all rows, or throws; the connection is busy until then.
   * @throws Error what a value is refused for, or what DuckDB says
   */
  async insert(connection: DuckDBConnection, target: StampedTarget, rows: readonly object[]): Promise<void> {
    let buffer = this.takeBuffer(target.table);
    for (const row of rows) {
      buffer.add(row as Row, target.ingest_time);
      if (!buffer.is_full) continue;
      await this.insertBuffer(connection, target, buffer);
      buffer = this.takeBuffer(target.table);
    }
    if (buffer.count > 0) await this.insertBuffer(connection, target, buffer);
    else this.#takeBack(target.table, buffer);
  }

  #takeBack(table: WritableTable, buffer: RowBuffer): void {
    const free = this.#free.get(table) ?? [];
    this.#free.set(table, free);
    if (free.length < free_buffers_max) free.push(buffer);
  }
}

const function_name = 'rows_to_store';
/** One is filled while DuckDB takes the other. */
const free_buffers_max = 2;

class BufferToFetch {
  readonly buffer: RowBuffer;
  /** Why the chunk could not be filled. */
  failure: unknown;

  constructor(buffer: RowBuffer) {
    this.buffer = buffer;
  }

  /** Fills a chunk with the rows; the next one stays empty, which tells DuckDB that this was all. */
  fetch(output: DuckDBDataChunk): void {
    try {
      this.buffer.moveTo(output);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }
}
