import { type DuckDBConnection, type DuckDBDataChunk, DuckDBTableFunction, VARCHAR } from '@duckdb/node-api';
import bindings from '@duckdb/node-bindings';
import { type AnyTable, type ColumnType, tables } from '../schema.ts';
import type { Row } from '../store.ts';
import { amendment_columns } from './amendments.ts';
import { type ColumnWriter, createColumnWriter } from './column-writer.ts';
import { duckdb_types } from './values.ts';

/** Tables that rows are written to: those of the schema and the amendments that wait for their span. */
export type WritableTable = keyof typeof tables | 'amendments';

export interface InsertTarget {
  readonly catalog: string;
  readonly table: WritableTable;
  /** Stamped on every row. */
  readonly ingest_time: number;
}

/** Rows DuckDB takes at once. */
export const chunk_rows = 2048;

/**
 * Inserts rows with a statement that fetches them from here, a chunk at a time. So DuckDB checks, compresses and
 * writes them on a thread of its own while JavaScript makes the next ones; its appender would do all of that on
 * JavaScript's thread.
 */
export class RowInserter {
  readonly #waiting = new Map<string, RowsToFetch>();
  readonly #shapes = new Map<WritableTable, TableShape>();
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
          for (const { name, type } of rows.shape.columns) info.addResultColumn(name, duckdb_types[type]);
          info.setCardinality(rows.count, true);
          info.setBindData(rows);
        },
        initFunction() {},
        mainFunction: (info, output) => (info.bindData as RowsToFetch).fetch(output),
      }),
    );
    return inserter;
  }

  /**
   * Inserts all rows, or throws; the connection is busy until then.
   * @throws Error what a value is refused for, or what DuckDB says
   */
  async insert(connection: DuckDBConnection, target: InsertTarget, rows: readonly object[]): Promise<void> {
    if (rows.length === 0) return;
    const { catalog, table, ingest_time } = target;
    this.#inserts += 1;
    const name = String(this.#inserts);
    const fetched = new RowsToFetch(this.#shapeOf(table), rows as readonly Row[], ingest_time);
    this.#waiting.set(name, fetched);
    try {
      await connection.run(`INSERT INTO "${catalog}".main.${table} FROM ${function_name}('${name}')`);
    } catch (error) {
      throw fetched.failure ?? error;
    } finally {
      this.#waiting.delete(name);
    }
  }

  #shapeOf(table: WritableTable): TableShape {
    const known = this.#shapes.get(table);
    if (known) return known;
    const columns = Object.entries(columnsOf(table)).map(([name, type]) => ({ name, type }));
    const given = columns.filter(({ name }) => name !== stamped_column).map(({ name }) => name);
    const shape = { columns, given, writers: columns.map(({ type }) => createColumnWriter(type)) };
    this.#shapes.set(table, shape);
    return shape;
  }
}

const function_name = 'rows_to_store';
const stamped_column = 'ingest_time';

interface TableShape {
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** The columns a row has itself, in their order. */
  readonly given: readonly string[];
  /** Shared by all inserts into the table: they hold values only while a chunk is filled. */
  readonly writers: readonly ColumnWriter[];
}

class RowsToFetch {
  readonly shape: TableShape;
  readonly #rows: readonly Row[];
  readonly #ingest_time: number;
  #fetched = 0;
  /** Why a chunk could not be filled. */
  failure: unknown;

  constructor(shape: TableShape, rows: readonly Row[], ingest_time: number) {
    this.shape = shape;
    this.#rows = rows;
    this.#ingest_time = ingest_time;
  }

  get count(): number {
    return this.#rows.length;
  }

  /** Fills a chunk with the next rows, with none when all were fetched. */
  fetch(output: DuckDBDataChunk): void {
    const rows = this.#rows.slice(this.#fetched, this.#fetched + chunk_rows);
    this.#fetched += rows.length;
    output.rowCount = rows.length;
    try {
      this.#write(output, rows);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  #write(output: DuckDBDataChunk, rows: readonly Row[]): void {
    const { columns, given, writers } = this.shape;
    const values = rows.map((row) => valuesOf(row, given));
    const stamps = new Array<number>(rows.length).fill(this.#ingest_time);
    let place = 0;
    for (const [index, { name }] of columns.entries()) {
      const vector = bindings.data_chunk_get_vector(output.chunk, index);
      const at = name === stamped_column ? -1 : place++;
      const column = at === -1 ? stamps : values.map((row) => row[at]);
      (writers[index] as ColumnWriter).write(vector, column, rows.length);
    }
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
