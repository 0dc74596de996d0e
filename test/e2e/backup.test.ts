import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendChats } from '../support/chat-spans.ts';
import { eventually, type RunningCollector, startCollector, untilStored } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runCommand } from '../support/run-command.ts';

const day_ms = 86_400_000;
const environment = { SEXTANT_DRIFT: 'false', SEXTANT_SEGMENT_BYTES: '200000' };

/** Sends spans of several days without a pause; gives the numbers of those that were acknowledged. */
function sendWithoutEnd(collector: RunningCollector) {
  const acknowledged = new Set<number>();
  const state = { next: 0, stopped: false };
  const worker = async () => {
    while (!state.stopped) {
      const numbers = Array.from({ length: 20 }, () => ++state.next);
      const spans = numbers.map((number) => ({
        number,
        question: `question ${number} ${'x'.repeat(500)}`,
        start_ms: Date.now() - (number % 4) * day_ms,
      }));
      await sendChats(collector, spans);
      for (const number of numbers) acknowledged.add(number);
    }
  };
  const workers = [worker(), worker()];
  return {
    acknowledged,
    async stop() {
      state.stopped = true;
      await Promise.all(workers);
    },
  };
}

async function storedNumbers(collector: RunningCollector): Promise<number[]> {
  const rows = await collector.sql("SELECT string_agg(substr(name, 6), ' ') AS numbers FROM spans");
  return String(rows[0]?.['numbers']).split(' ').map(Number);
}

describe('sextant backup', () => {
  it('copies under load everything that was acknowledged before, to go on from elsewhere', async () => {
    const collector = await startCollector({ data: temporaryFolder(), environment });
    const sending = sendWithoutEnd(collector);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const before = [...sending.acknowledged];
    const copy = join(temporaryFolder(), 'copy');
    const made = await runCommand(['backup', '--out', copy, '--url', collector.url]);
    await sending.stop();
    expect(made).toMatchObject({ code: 0, out: `${copy}\n` });
    expect(before.length).toBeGreaterThan(100);
    expect(sending.acknowledged.size).toBeGreaterThan(before.length);

    const restored = await startCollector({ data: copy, environment });
    await untilStored(restored);
    const stored = await storedNumbers(restored);
    expect(new Set(stored).size).toBe(stored.length);
    const found = new Set(stored);
    expect(before.filter((number) => !found.has(number))).toEqual([]);
    // It goes on: what comes again is known, and what is new is stored.
    await sendChats(restored, [
      { number: before[0] as number, start_ms: Date.now() },
      { number: 10_000_000 },
    ]);
    await untilStored(restored);
    expect(new Set(await storedNumbers(restored))).toEqual(new Set([...stored, 10_000_000]));
    expect((await restored.get('/api/stats'))['damaged_days']).toEqual([]);
    expect((await runCommand(['audit', 'verify', '--data', copy])).code).toBe(0);
  });

  it('stays in the data folder where no other is named, until it is too old', async () => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'backups', '2026-01-01T00-00-00.000Z.unfinished'), { recursive: true });
    mkdirSync(join(data, 'backups', '2026-01-02T00-00-00.000Z'));
    writeFileSync(join(data, 'backups', 'notes.txt'), 'of somebody else');
    let collector = await startCollector({ data, environment });
    await sendChats(collector, [{ number: 1 }]);
    const made = await runCommand(['backup', '--url', collector.url]);
    const folder = made.out.trim();
    expect(readdirSync(folder).sort()).toEqual(['control.sqlite', 'days', 'journal', 'keys.sqlite']);
    expect(readdirSync(join(data, 'backups')).sort()).toEqual([
      ...['2026-01-02T00-00-00.000Z', folder.split('/').at(-1), 'notes.txt'],
    ]);
    const name = folder.split('/').at(-1);
    for (const path of ['../../../keys.sqlite', 'days/../keys.sqlite', '/etc/hostname', '']) {
      const url = `${collector.url}/api/backup/${name}/file?path=${encodeURIComponent(path)}`;
      expect((await fetch(url)).status, path).toBe(404);
    }
    for (const other of ['..', '2026-01-01T00-00-00.000Z', 'notes.txt'])
      expect((await fetch(`${collector.url}/api/backup/${encodeURIComponent(other)}`)).status, other).toBe(
        404,
      );
    await collector.stop();
    collector = await startCollector({ data, environment: { ...environment, SEXTANT_RETENTION_DAYS: '5' } });
    // It answers before it removes.
    const kept = () => readdirSync(join(data, 'backups')).sort();
    await eventually(
      async () => kept().length === 2,
      () => kept().join(),
    );
    expect(kept()).toEqual([name, 'notes.txt']);
  });
});
