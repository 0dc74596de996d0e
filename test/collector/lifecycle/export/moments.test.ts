import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { exportOtlp } from '../../../../collector/src/lifecycle/export/export-otlp.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { logRow, metricRow, noon_us, recordWith, second_us } from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

const { signal } = new AbortController();

async function openStore() {
  const store = await openDuckDbStore({
    ...{ folder: join(temporaryFolder(), 'days'), memory_bytes: 2 ** 28, log: recordingLog() },
    ...{ control: new DatabaseSync(':memory:'), query_timeout_ms: 10_000, deduplication_hours: 0 },
  });
  onTestFinished(() => store.close());
  return store;
}

it('gives every log record and data point of the range once, whatever the pages', async () => {
  const store = await openStore();
  // Many of one moment, in several transactions: pages end between and within them.
  for (const part of [0, 1, 2]) {
    const numbers = Array.from({ length: 20 }, (_, index) => part * 20 + index);
    const time = (number: number) => noon_us + (number % 3) * second_us;
    const logs = [
      ...numbers.map((number) => logRow(number, { time: time(number), severity_text: `log ${number}` })),
      logRow(99, { tenant: 'other', time: noon_us, severity_text: 'of another tenant' }),
    ];
    const metrics = numbers.map((number) =>
      metricRow(`metric ${number}`, { time: time(number), kind: 'gauge' }),
    );
    await store.append({ records: [recordWith(100 + part, { logs, metrics })] });
  }
  const range = { tenant: 'default', from_us: noon_us, to_us: noon_us + 2 * second_us };
  const wanted = Array.from({ length: 60 }, (_, number) => number).filter((number) => number % 3 < 2);
  for (const keys_max of [1, 7, 20, 1_000]) {
    for (const [table, name, pattern] of [
      ['logs', 'log', /"severityText":"log (\d+)"/g],
      ['metrics', 'metric', /"name":"metric (\d+)"/g],
    ] as const) {
      let text = '';
      for await (const line of exportOtlp(table, range, { store, signal, keys_max })) text += line;
      expect(text).not.toContain('another tenant');
      const numbers = [...text.matchAll(pattern)].map((match) => Number(match[1]));
      expect(
        numbers.sort((a, b) => a - b),
        `${name} ${keys_max}`,
      ).toEqual(wanted);
    }
  }
});

it('passes on what goes wrong while it reads ahead', async () => {
  const store = await openStore();
  const numbers = Array.from({ length: 200 }, (_, number) => number);
  await store.append({ records: [recordWith(100, { logs: numbers.map((number) => logRow(number)) })] });
  const range = { tenant: 'default', from_us: noon_us, to_us: noon_us + 1_000 * second_us };
  let reads = 0;
  const breaking = {
    query: (name: string, ...given: [never, never?]) => {
      reads += name === 'export_logs' ? 1 : 0;
      if (reads > 1) throw new Error('The disk is gone.');
      return store.query(name, ...given);
    },
  };
  const lines: string[] = [];
  const read = async () => {
    for await (const line of exportOtlp('logs', range, { store: breaking, signal })) lines.push(line);
  };
  await expect(read()).rejects.toThrow('The disk is gone.');
  expect(lines).toHaveLength(1);
});
