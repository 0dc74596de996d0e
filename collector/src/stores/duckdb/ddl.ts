import { type AnyTable, type Column, type ColumnType, type TableName, tables } from '../schema.ts';

const duckdb_types: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  // Microseconds without a zone: DuckDB compares and prunes these faster than TIMESTAMPTZ, and all of ours are UTC.
  time: 'TIMESTAMP',
  // DuckDB keeps the text as given, so what goes in comes out byte for byte.
  json: 'JSON',
  texts: 'VARCHAR[]',
  integers: 'BIGINT[]',
  numbers: 'FLOAT[]',
  doubles: 'DOUBLE[]',
};

/** The statements that create the tables of the schema, with their comments. */
export function createTableStatements(): string[] {
  const names = Object.keys(tables) as TableName[];
  return names.flatMap((name) => [createTableStatement(name), ...comments(name, tables[name])]);
}

/** The statement for a table alone, without comments: writing those takes most of the time. */
export function createTableStatement(name: TableName): string {
  const table: AnyTable = tables[name];
  const columns = Object.entries(table.columns).map(
    ([column, { type, required }]) =>
      `  ${quote(column)} ${duckdb_types[type]}${required ? ' NOT NULL' : ''}${compression(column, type)}`,
  );
  return `CREATE TABLE IF NOT EXISTS ${quote(name)} (\n${columns.join(',\n')}\n)`;
}

/** The statement that adds a column to a table with rows: they hold nothing in it, even where it is required. */
export function addColumnStatement(name: TableName, column: string): string {
  const { columns }: AnyTable = tables[name];
  const { type } = columns[column] as Column;
  return `ALTER TABLE ${quote(name)} ADD COLUMN ${quote(column)} ${duckdb_types[type]}${compression(column, type)}`;
}

/**
 * Texts that hardly repeat: told outright, DuckDB need not try every way of compressing them, which takes longer
 * than compressing.
 */
const seldom_repeated: ReadonlySet<string> = new Set([
  'text',
  'trace_id',
  'span_id',
  'parent_span_id',
  'message_hash',
]);

function compression(column: string, type: ColumnType): string {
  return type === 'json' || seldom_repeated.has(column) ? ' USING COMPRESSION zstd' : '';
}

function comments(name: string, table: AnyTable): string[] {
  const of_columns = Object.entries(table.columns).map(
    ([column, { comment }]) => `COMMENT ON COLUMN ${quote(name)}.${quote(column)} IS ${literal(comment)}`,
  );
  return [`COMMENT ON TABLE ${quote(name)} IS ${literal(table.comment)}`, ...of_columns];
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
