import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { valuesOf } from '../../../contracts/store/harness.ts';
import {
  alertRow,
  bare,
  day_us,
  modelCall,
  noon_us,
  recordAt,
  spanRow,
} from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

async function openStore() {
  const folder = temporaryFolder();
  const control = new DatabaseSync(':memory:');
  const store = await openDuckDbStore({
    ...{ folder, memory_bytes: 2 ** 28, log: recordingLog(), control },
    ...{ query_timeout_ms: 10_000, deduplication_hours: 0 },
  });
  onTestFinished(async () => {
    await store.close();
    control.close();
  });
  return { store, folder, control };
}

const future_us = Date.UTC(2200, 0, 1) * 1000;

it('takes rows whose own time cannot be right for as old as their arrival', async () => {
  const { store, folder } = await openStore();
  const undated = modelCall(1, { start_time: future_us, question: 'from a broken clock' });
  await store.append({ records: [recordAt(100, undated, bare(spanRow(2, { start_time: 5 })))] });
  await store.append({ records: [recordAt(200, modelCall(3))] });
  const arrived_us = Date.now() * 1000;
  expect(await store.expire(arrived_us - day_us)).toEqual(['2025-03-10']);
  expect(await store.expire(arrived_us - day_us)).toEqual([]);
  expect(readdirSync(folder)).toContain('1970-01-01.duckdb');
  const { rows } = await store.sql('SELECT name FROM spans ORDER BY name', {
    ...{ tenant: 'default', rows_max: 10, timeout_ms: 10_000 },
  });
  expect(rows).toEqual([{ name: 'span 1' }, { name: 'span 2' }]);
  expect(await store.expire(arrived_us + day_us)).toEqual(['1970-01-01']);
  expect(readdirSync(folder).filter((name) => name.startsWith('1970'))).toEqual([]);
});

it('removes of them only what arrived long ago, and stores their messages again when they return', async () => {
  const { store } = await openStore();
  const call = (number: number) =>
    modelCall(number, { start_time: future_us + number, question: 'the same question' });
  await store.append({ records: [recordAt(100, call(1))] });
  const between_us = Date.now() * 1000 + 1;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await store.insert('alerts', [alertRow('newer', { time: future_us })]);
  expect(await store.expire(between_us)).toEqual([]);
  await store.append({ records: [recordAt(200, call(2))] });
  const limits = { tenant: 'default', rows_max: 10, timeout_ms: 10_000 };
  expect((await store.sql('SELECT name FROM spans', limits)).rows).toEqual([{ name: 'span 2' }]);
  expect((await store.sql("SELECT text FROM messages WHERE role = 'user'", limits)).rows).toEqual([
    { text: 'the same question' },
  ]);
  expect((await store.sql('SELECT alert_id FROM alerts', limits)).rows).toEqual([{ alert_id: 'newer' }]);
});

it('removes files that were set aside with their day, and what is on record of it', async () => {
  const { store, folder, control } = await openStore();
  await store.append({
    records: [recordAt(100, modelCall(1), modelCall(2, { start_time: noon_us + day_us }))],
  });
  const names = [
    '2025-03-10.duckdb.damaged-17',
    '2025-03-10.duckdb.damaged-17.wal',
    '2025-03-11.duckdb.damaged-18',
  ];
  for (const name of names) writeFileSync(join(folder, name), 'damaged');
  const insert = control.prepare("INSERT INTO store_lost_days VALUES (?, 'damaged', 17)");
  for (const day of ['2025-03-10', '2025-03-11']) insert.run(day);
  expect(await store.expire(noon_us + day_us)).toEqual(['2025-03-10']);
  expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([
    '2025-03-11.duckdb.damaged-18',
  ]);
  expect(store.files?.lostDays().map(({ day }) => day)).toEqual(['2025-03-11']);
  expect(await valuesOf(store, 'spans', 'name')).toEqual(['span 2']);
});
