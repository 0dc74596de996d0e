import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { createTableStatements } from '../../../../collector/src/stores/duckdb/ddl.ts';
import { type AnyTable, tables } from '../../../../collector/src/stores/schema.ts';

test('DuckDB has every table and column of the schema, with its comment, after any number of runs', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  for (const statement of [...createTableStatements(), ...createTableStatements()])
    await connection.run(statement);
  const reader = await connection.runAndReadAll(
    `SELECT table_name, column_name, is_nullable, comment FROM duckdb_columns()
    WHERE NOT internal ORDER BY table_name, column_index`,
  );
  const wanted = Object.entries(tables as Record<string, AnyTable>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([table, { columns }]) =>
      Object.entries(columns).map(([column, { required, comment }]) => [table, column, !required, comment]),
    );
  expect(reader.getRows()).toEqual(wanted);
  const comments = await connection.runAndReadAll(
    'SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal',
  );
  expect(Object.fromEntries(comments.getRows())).toEqual(
    Object.fromEntries(Object.entries(tables).map(([name, { comment }]) => [name, comment])),
  );
  instance.closeSync();
});

test('the statements are these', () => {
  const [create, comment, column] = createTableStatements().filter((statement) =>
    statement.includes('"audit"'),
  );
  expect(create).toBe(`CREATE TABLE IF NOT EXISTS "audit" (
  "tenant" VARCHAR NOT NULL,
  "time" TIMESTAMP NOT NULL,
  "actor" VARCHAR NOT NULL,
  "action" VARCHAR NOT NULL,
  "target" VARCHAR,
  "details" JSON NOT NULL USING COMPRESSION zstd,
  "ingest_time" TIMESTAMP NOT NULL
)`);
  expect(comment).toBe(`COMMENT ON TABLE "audit" IS 'Administrative acts.'`);
  expect(column).toMatch(/^COMMENT ON COLUMN "audit"."tenant" IS '.+'$/);
});
