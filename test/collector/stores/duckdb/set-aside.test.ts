import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
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
