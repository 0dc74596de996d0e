import { type DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { type AnyTable, type TableName, tables } from '../schema.ts';
import type { Row } from '../store.ts';
import { duckdb_types, toDuckDB } from './values.ts';

const chunk_rows = 2048;

export interface AppendTarget {
  readonly catalog: string;
  readonly table: TableName;
  /** Stamped on every row. */
  readonly ingest_time: number;
}

/** Appends rows of the table inside the transaction of the connection, column by column. */
export async function appendRows(
  connection: DuckDBConnection,
  { catalog, table, ingest_time }: AppendTarget,
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.entries((tables[table] as AnyTable).columns);
  const types = columns.map(([, column]) => duckdb_types[column.type]);
  const appender = await connection.createAppender(table, 'main', catalog);
  for (let start = 0; start < rows.length; start += chunk_rows) {
    const part = rows.slice(start, start + chunk_rows).map((row) => ({ ...row, ingest_time }) as Row);
    const chunk = DuckDBDataChunk.create(types, part.length);
    columns.forEach(([name, column], index) => {
      chunk.setColumnValues(
        index,
        part.map((row) => toDuckDB(row[name], column.type)),
      );
    });
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
