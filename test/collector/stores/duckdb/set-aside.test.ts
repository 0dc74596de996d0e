import { copyFileSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { bare, recordAt, spanRow } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

it('sets a damaged day aside, says so loudly, and starts all the same', async () => {
  // The word "lock" in the path is no lock.
  const folder = join(temporaryFolder(), 'blocks');
  const log = recordingLog();
  const open = () =>
    openDuckDbStore({
      folder,
      memory_bytes: 2 ** 27,
      log,
      control: new DatabaseSync(':memory:'),
      query_timeout_ms: 5_000,
      deduplication_hours: 0,
    });
  await (await open()).close();
  writeFileSync(join(folder, '2026-11-20.duckdb'), Buffer.alloc(20_000, 'no database'));
  const store = await open();
  expect(
    await store.sql('SELECT count(*) AS n FROM spans', { tenant: 'default', rows_max: 1, timeout_ms: 5_000 }),
  ).toMatchObject({ rows: [{ n: 0 }] });
  await store.close();
  expect(log.lines).toEqual([
    expect.stringContaining('error The file of a day cannot be read and is set aside.'),
  ]);
  expect(readdirSync(folder).some((name) => name.startsWith('2026-11-20.duckdb.damaged-'))).toBe(true);
});

it('sets a day aside whose file was cut off or became a folder', async () => {
  const folder = join(temporaryFolder(), 'days');
  const log = recordingLog();
  const control = new DatabaseSync(':memory:');
  const options = { folder, memory_bytes: 2 ** 27, log, control, query_timeout_ms: 5_000 };
  const open = () => openDuckDbStore({ ...options, deduplication_hours: 0 });
  const first = await open();
  await first.append({ records: [recordAt(100, bare(spanRow(1)))] });
  await first.close();
  const [file] = readdirSync(folder).filter((name) => name.endsWith('.duckdb'));
  const path = join(folder, String(file));
  const becomeFolder = () => {
    rmSync(path);
    mkdirSync(path);
  };
  for (const damage of [() => truncateSync(path, 4096), becomeFolder]) {
    damage();
    const store = await open();
    expect((await store.append({ records: [recordAt(100, bare(spanRow(1)))] })).stored).toBe(1);
    await store.close();
  }
  expect(log.lines.filter((line) => line.includes('is set aside'))).toHaveLength(2);
});

it('fills a day again whose file was lost and whose log was left', async () => {
  const folder = join(temporaryFolder(), 'days');
  const control = new DatabaseSync(':memory:');
  const options = { folder, memory_bytes: 2 ** 27, log: recordingLog(), control, query_timeout_ms: 5_000 };
  const open = () => openDuckDbStore({ ...options, deduplication_hours: 0 });
  const records = [recordAt(100, bare(spanRow(1)))];
  const first = await open();
  await first.append({ records });
  const [log = ''] = readdirSync(folder).filter((name) => name.endsWith('.wal'));
  copyFileSync(join(folder, log), join(folder, 'kept'));
  await first.close();
  rmSync(join(folder, log.replace('.wal', '')));
  copyFileSync(join(folder, 'kept'), join(folder, log));
  const store = await open();
  expect(await store.position()).toBeNull();
  expect((await store.append({ records })).stored).toBe(1);
  await store.close();
});
