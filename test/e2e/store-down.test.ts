import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compareWithStore, rows_max } from '../crash/compare.ts';
import { startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { createPressure } from './support/pressure.ts';

it('asks senders to wait when the store is down and the journal at its limit, and recovers by itself', async () => {
  const data = temporaryFolder();
  const journal_bytes_max = 400_000;
  const down = join(data, 'store-is-down');
  writeFileSync(down, '');
  const collector = await startCollector({
    data,
    environment: {
      SEXTANT_DRIFT: 'false',
      SEXTANT_STORE: fileURLToPath(new URL('support/switched-store.ts', import.meta.url)),
      SEXTANT_SEGMENT_BYTES: '65536',
      SEXTANT_JOURNAL_BYTES_MAX: String(journal_bytes_max),
      SEXTANT_SQL_ROWS_MAX: String(rows_max),
    },
  });
  const pressure = createPressure(collector.url);
  await pressure.untilRefused(20);
  expect(pressure.acknowledged.size).toBeGreaterThan(500);
  expect(journalBytes(data)).toBeLessThanOrEqual(journal_bytes_max);
  expect((await fetch(`${collector.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);

  rmSync(down);
  await pressure.untilAcknowledged();
  await untilStored(collector);
  expect(await compareWithStore(collector.url, pressure.acknowledged)).toMatchObject({
    acknowledged: pressure.acknowledged.size,
    stored: pressure.acknowledged.size,
    lost: 0,
    duplicated: 0,
  });
  expect(pressure.violations).toEqual([]);
  expect(await collector.stop()).toBe(0);
});

function journalBytes(data: string): number {
  const folder = join(data, 'journal');
  return readdirSync(folder).reduce((bytes, name) => bytes + statSync(join(folder, name)).size, 0);
}
