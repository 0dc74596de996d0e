import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { type AnyTable, tables } from '../../../../collector/src/stores/schema.ts';
import { logRow, modelCall, noon_us, recordWith, spanId, traceId } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

const day = '2025-03-10';

function open(folder: string, { deduplication_hours = 0 } = {}) {
  const control = new DatabaseSync(':memory:');
  const settings = { memory_bytes: 2 ** 27, query_timeout_ms: 5_000, log: recordingLog() };
  return openDuckDbStore({ ...settings, folder, control, deduplication_hours });
}

const recordOf = (number: number) =>
  recordWith(number, { spans: [modelCall(number)], logs: [logRow(number)] });

/** The file of a day with one record in it. */
async function makeFile(): Promise<{ folder: string; path: string }> {
  const folder = join(temporaryFolder(), 'days');
  const store = await open(folder);
  await store.append({ records: [recordOf(1)] });
  await store.close();
  return { folder, path: join(folder, `${day}.duckdb`) };
}

/** Runs statements on the file itself; gives the rows of the last. */
async function onFile(path: string, ...statements: string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  let rows: unknown[][] = [];
  for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRows();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

/** Takes back what came since: a table, columns at the end and amid the others, a column that may be empty. */
const outdate = [
  "DELETE FROM progress WHERE name IN ('schema', 'created')",
  'DROP TABLE scores',
  'ALTER TABLE spans DROP COLUMN trace_state',
  'ALTER TABLE cost_lines DROP COLUMN price_book',
  'ALTER TABLE versions DROP COLUMN kind',
  'ALTER TABLE messages ALTER COLUMN content SET NOT NULL',
];

async function count(store: Awaited<ReturnType<typeof open>>, table: string): Promise<unknown> {
  const statement = `SELECT count(*) AS rows FROM ${table}`;
  const { rows } = await store.sql(statement, { tenant: 'default', rows_max: 1, timeout_ms: 5_000 });
  return rows[0]?.['rows'];
}

const wanted_columns = Object.entries(tables as Record<string, AnyTable>)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .flatMap(([table, { columns }]) =>
    Object.entries(columns).map(([column, { comment }]) => [table, column, comment]),
  );
const read_columns = `SELECT table_name, column_name, comment FROM duckdb_columns()
  WHERE NOT internal AND table_name NOT IN ('progress', 'amendments') ORDER BY table_name, column_index`;

it('brings the file of an older version up to date, with its rows, and appends to it', async () => {
  const { folder, path } = await makeFile();
  await onFile(path, ...outdate);
  const store = await open(folder);
  const second = modelCall(2);
  const without_content = { ...second, messages: second.messages.map((row) => ({ ...row, content: null })) };
  await store.append({ records: [recordWith(2, { spans: [without_content], logs: [logRow(2)] })] });
  for (const [table, rows] of Object.entries({ spans: 2, messages: 4, cost_lines: 2, logs: 2, scores: 0 }))
    expect(await count(store, table), table).toBe(rows);
  const page = await store.query('traces', { tenant: 'default', limit: 10 });
  expect(page.map(({ trace_id }) => trace_id)).toEqual([traceId(2), traceId(1)]);
  const span = { tenant: 'default', trace_id: traceId(1), span_id: spanId(1) };
  expect(await store.query('span', span)).toMatchObject([{ name: 'span 1', cost_usd: 0.25 }]);
  await store.close();
  expect(await onFile(path, read_columns)).toEqual(wanted_columns);
  // The kind of rows from before is not known; what came later has one.
  expect(await onFile(path, 'SELECT kind, name, version FROM versions')).toEqual([
    [null, 'gpt-4o', '2024-08-06'],
    ['model', 'gpt-4o', '2024-08-06'],
  ]);
});

it('has the change in the log of the file, should the process end right after it', async () => {
  const { folder, path } = await makeFile();
  await onFile(path, ...outdate);
  const store = await open(folder);
  await store.append({ records: [recordOf(2)] });
  const copy = join(temporaryFolder(), 'copy');
  await store.files?.backUp(copy);
  await store.close();
  expect(readFileSync(join(copy, `${day}.duckdb.wal`)).length).toBeGreaterThan(0);
  const again = await open(copy);
  await again.append({ records: [recordOf(3)] });
  for (const table of ['spans', 'logs', 'cost_lines']) expect(await count(again, table), table).toBe(3);
  await again.close();
});

it('writes nothing to a file that is up to date', async () => {
  const { folder, path } = await makeFile();
  const before = readFileSync(path);
  await (await open(folder)).close();
  expect(readFileSync(path).equals(before)).toBe(true);
});

it('refuses the file of a newer version rather than lose what it holds', async () => {
  const { folder, path } = await makeFile();
  await onFile(
    path,
    "DELETE FROM progress WHERE name = 'schema'",
    'ALTER TABLE logs ADD COLUMN mood VARCHAR',
  );
  await expect(open(folder)).rejects.toMatchObject({
    code: 'startup_failed',
    message: expect.stringContaining('logs.mood'),
  });
});

it('recognises repeated spans in a new file of an old day, also after a restart', async () => {
  const folder = join(temporaryFolder(), 'days');
  const path = join(folder, `${day}.duckdb`);
  const first = await open(folder, { deduplication_hours: 24 });
  expect(await first.append({ records: [recordOf(1)] })).toMatchObject({ stored: 2, duplicated: 0 });
  const again = (number: number) => ({ records: [recordWith(number, { spans: [modelCall(1)] })] });
  expect(await first.append(again(2))).toMatchObject({ stored: 0, duplicated: 1 });
  await first.close();
  const second = await open(folder, { deduplication_hours: 24 });
  expect(await second.append(again(3))).toMatchObject({ stored: 0, duplicated: 1 });
  await second.close();
  // A file made long ago holds what came long ago: its keys are not read.
  await onFile(path, `UPDATE progress SET place = ${noon_us / 1000} WHERE name = 'created'`);
  const third = await open(folder, { deduplication_hours: 24 });
  expect(await third.append(again(4))).toMatchObject({ stored: 1, duplicated: 0 });
  await third.close();
});

it('appends to a file of an earlier version as it is, whose blocks are larger', async () => {
  const { folder, path } = await makeFile();
  const earlier = `${path}.earlier`;
  await onFile(
    path,
    `ATTACH '${earlier}' AS earlier (STORAGE_VERSION 'v1.2.0')`,
    `COPY FROM DATABASE "${day}" TO earlier`,
    'DETACH earlier',
  );
  await rename(earlier, path);
  const store = await open(folder);
  await store.append({ records: [recordOf(2)] });
  expect(await count(store, 'spans')).toBe(2);
  await store.close();
  expect(await onFile(path, 'SELECT block_size FROM pragma_database_size()')).toEqual([[262_144n]]);
});
