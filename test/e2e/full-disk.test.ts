import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readFigures } from '../bench/support/process-figures.ts';
import { compareWithStore, rows_max } from '../crash/compare.ts';
import { type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';
import { createPressure, type Pressure } from './support/pressure.ts';

const can_mount = canMount();
if (!can_mount) console.warn('SKIPPED: no disk can be mounted here, so the tests on a full one do not run.');

describe.skipIf(!can_mount)('a full disk', () => {
  it('only makes senders wait, costs no memory, and heals when there is room again', async () => {
    const { folder, collector } = await startOnSmallDisk();
    const pressure = createPressure(collector.url);
    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 15_000_000));
    await pressure.untilRefused(20);
    expect(pressure.acknowledged.size).toBeGreaterThan(100);
    const before = readFigures(collector.pid);
    await pressure.untilRefused(200);
    expect(readFigures(collector.pid).resident_mb).toBeLessThan(before.resident_mb + 100);
    expect((await fetch(`${collector.url}/healthz`)).status).toBe(200);
    rmSync(ballast);
    await expectEverything(collector, pressure);
  });
});

async function startOnSmallDisk() {
  const { folder, unmount } = mountSmallDisk(96);
  onTestFinished(unmount);
  const collector = await startCollector({
    data: join(folder, 'data'),
    environment: {
      SEXTANT_DRIFT: 'false',
      SEXTANT_SEGMENT_BYTES: '262144',
      SEXTANT_SQL_ROWS_MAX: String(rows_max),
    },
  });
  return { folder, collector };
}

async function expectEverything(collector: RunningCollector, pressure: Pressure): Promise<void> {
  await pressure.untilAcknowledged();
  await untilStored(collector);
  const { size } = pressure.acknowledged;
  const expected = { acknowledged: size, stored: size, lost: 0, duplicated: 0 };
  expect(await compareWithStore(collector.url, pressure.acknowledged)).toEqual(expected);
  expect(pressure.violations).toEqual([]);
  expect(await collector.stop()).toBe(0);
}
