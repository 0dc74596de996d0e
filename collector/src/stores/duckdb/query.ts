import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { isDiskFull } from '../../disk-full.ts';
import { SextantError } from '../../errors.ts';
import type { QueryValue, Row, SqlOptions, SqlResult } from '../store.ts';
import { checkStatement } from './sql-guard.ts';
import { fromDuckDB, toJson, toParameter } from './values.ts';

export type Parameters = Readonly<Record<string, QueryValue>>;

/** Runs a statement on the views that unite the days. */
export async function runQuery(
  connection: DuckDBConnection,
  statement: string,
  parameters: Parameters,
): Promise<Row[]> {
  const { values, types } = bind(statement, parameters);
  const reader = await connection.runAndReadAll(statement, values, types);
  return rowsOf(reader.deduplicatedColumnNames(), reader.getColumns());
}

/** Column by column, which takes a third of the time of making each row of its entries. */
function rowsOf(names: readonly string[], columns: readonly (readonly DuckDBValue[])[]): Row[] {
  const rows: Row[] = Array.from(columns[0] ?? [], () => ({}));
  for (const [index, name] of names.entries()) {
    const values = columns[index] ?? [];
    for (const [number, row] of rows.entries()) row[name] = fromDuckDB(values[number] ?? null);
  }
  return rows;
}

/** Runs a statement of a user after checking it. */
export async function runSql(
  connection: DuckDBConnection,
  statement: string,
  options: SqlOptions,
): Promise<SqlResult> {
  await checkStatement(connection, statement);
  try {
    const reader = await connection.streamAndReadUntil(statement, options.rows_max + 1);
    const names = reader.deduplicatedColumnNames();
    const rows = reader.getRowObjects().slice(0, options.rows_max);
    return {
      columns: names.map((name, index) => ({ name, type: String(reader.columnType(index)) })),
      rows: rows.map((row) => mapRow(row, toJson)),
      truncated: reader.currentRowCount > options.rows_max,
    };
  } catch (error) {
    if (/interrupt/i.test(String(error)) || isDiskFull(error)) throw error;
    throw new SextantError('bad_sql', error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}

// DuckDB refuses values for parameters a statement does not have.
function bind(statement: string, parameters: Parameters) {
  const values: Record<string, DuckDBValue> = {};
  const types: Record<string, DuckDBType> = {};
  for (const name of new Set([...statement.matchAll(/\$([a-z_]\w*)/g)].map((match) => match[1] as string))) {
    const parameter = toParameter(parameters[name] ?? null);
    values[name] = parameter.value;
    types[name] = parameter.type;
  }
  return { values, types };
}

function mapRow(row: Record<string, DuckDBValue>, convert: (value: DuckDBValue) => unknown): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, convert(value)]));
}
