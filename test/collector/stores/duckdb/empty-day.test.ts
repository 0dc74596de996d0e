import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { expect, it, onTestFinished, vi } from 'vitest';
import { attach_options, new_file_options } from '../../../../collector/src/stores/duckdb/day-files.ts';
import { emptyDays } from '../../../../collector/src/stores/duckdb/empty-day.ts';
import { tables } from '../../../../collector/src/stores/schema.ts';
import { temporaryFolder } from '../../../support/folder.ts';

async function connection(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:');
  const writer = await instance.connect();
  onTestFinished(() => {
    writer.closeSync();
    instance.closeSync();
  });
  return writer;
}

async function setUp({ folder = temporaryFolder() } = {}) {
  const writer = await connection();
  const run = vi.spyOn(writer, 'run');
  const made = () => run.mock.calls.filter(([statement]) => statement.startsWith('ATTACH')).length;
  return {
    writer,
    folder,
    made,
    writeEmptyDay: emptyDays({ writer, folder, file_options: new_file_options }),
  };
}

/** How many rows each table of a file has. */
async function rowsIn(path: string): Promise<Record<string, number>> {
  const reader = await connection();
  await reader.run(`ATTACH '${path.replaceAll("'", "''")}' AS file (READ_ONLY)`);
  const listed = await reader.runAndReadAll(
    "SELECT table_name FROM duckdb_tables() WHERE database_name = 'file'",
  );
  const counts: Record<string, number> = {};
  for (const [table] of listed.getRows()) {
    const counted = await reader.runAndReadAll(`SELECT count(*) FROM file.main."${table}"`);
    counts[String(table)] = Number(counted.getRows()[0]?.[0]);
  }
  return counts;
}

it('puts a file with every table and no rows at a path, which nobody else can read', async () => {
  const { folder, writeEmptyDay } = await setUp();
  await writeEmptyDay(join(folder, 'a.duckdb'));
  const { progress, ...counts } = await rowsIn(join(folder, 'a.duckdb'));
  const wanted = [...Object.keys(tables), 'amendments'].map((table) => [table, 0]);
  expect(counts).toEqual(Object.fromEntries(wanted));
  // Which version the tables are of and when they were made; no position.
  expect(progress).toBe(2);
  expect(statSync(join(folder, 'a.duckdb')).mode & 0o777).toBe(0o600);
});

it('makes the tables once for many days, also for those asked for at one time', async () => {
  const { folder, made, writeEmptyDay } = await setUp();
  const names = ['a.duckdb', 'b.duckdb', 'c.duckdb'];
  await Promise.all(names.slice(0, 2).map((name) => writeEmptyDay(join(folder, name))));
  await writeEmptyDay(join(folder, 'c.duckdb'));
  expect(made()).toBe(1);
  const [first, ...others] = names.map((name) => readFileSync(join(folder, name)));
  for (const other of others) expect(other.equals(first as Buffer)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(names);
});

it('makes files that are written and read apart from one another', async () => {
  const { writer, folder, writeEmptyDay } = await setUp();
  for (const day of ['a', 'b']) {
    await writeEmptyDay(join(folder, `${day}.duckdb`));
    await writer.run(`ATTACH '${join(folder, day)}.duckdb' AS ${day} (${attach_options})`);
  }
  await writer.run("INSERT INTO a.main.progress (name, segment, place) VALUES ('journal', 1, 2)");
  const counted = await writer.runAndReadAll(
    'SELECT (SELECT count(*) FROM a.main.progress), (SELECT count(*) FROM b.main.progress)',
  );
  expect(counted.getRows()[0]?.map(Number)).toEqual([3, 2]);
});

it('is not misled by what a killed process left', async () => {
  const { folder, writeEmptyDay } = await setUp();
  for (const name of ['empty_day.duckdb', 'empty_day.duckdb.wal', 'a.duckdb.new', 'a.duckdb.wal'])
    writeFileSync(join(folder, name), 'half of a file');
  await writeEmptyDay(join(folder, 'a.duckdb'));
  expect(await rowsIn(join(folder, 'a.duckdb'))).toMatchObject({ spans: 0 });
  expect(readdirSync(folder)).toEqual(['a.duckdb']);
});

it('tries again after an attempt that failed, and leaves nothing of it behind', async () => {
  const folder = join(temporaryFolder(), 'not there yet');
  const { writer, made, writeEmptyDay } = await setUp({ folder });
  await expect(writeEmptyDay(join(folder, 'a.duckdb'))).rejects.toThrow(/empty_day/);
  const attached = await writer.runAndReadAll("FROM duckdb_databases() WHERE database_name = 'empty_day'");
  expect(attached.currentRowCount).toBe(0);
  mkdirSync(folder);
  await writeEmptyDay(join(folder, 'a.duckdb'));
  expect(made()).toBe(2);
  expect(readdirSync(folder)).toEqual(['a.duckdb']);
});

it('detaches and removes its file where the tables cannot be made', async () => {
  const { writer, folder, writeEmptyDay } = await setUp();
  const run = DuckDBConnection.prototype.run.bind(writer);
  const full = vi
    .spyOn(writer, 'run')
    .mockImplementation((statement, ...others) =>
      statement.startsWith('CHECKPOINT') ? Promise.reject(new Error('no room')) : run(statement, ...others),
    );
  await expect(writeEmptyDay(join(folder, 'a.duckdb'))).rejects.toThrow('no room');
  full.mockRestore();
  expect(readdirSync(folder)).toEqual([]);
  await writeEmptyDay(join(folder, 'a.duckdb'));
  expect(await rowsIn(join(folder, 'a.duckdb'))).toMatchObject({ spans: 0 });
});

it('works in a folder whose name has an apostrophe', async () => {
  const folder = join(temporaryFolder(), "ada's days");
  mkdirSync(folder);
  const { writeEmptyDay } = await setUp({ folder });
  await writeEmptyDay(join(folder, 'a.duckdb'));
  expect(await rowsIn(join(folder, 'a.duckdb'))).toMatchObject({ spans: 0 });
});
