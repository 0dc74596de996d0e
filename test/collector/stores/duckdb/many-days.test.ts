import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import type { RecordRows, Store } from '../../../../collector/src/stores/store.ts';
import {
  bare,
  embeddingRow,
  inParts,
  modelCall,
  no_rows,
  recordAt,
  scoreRow,
  spanRow,
} from '../../../contracts/store/rows.ts';
import { temporaryFolder } from '../../../support/folder.ts';
import { recordingLog } from '../../../support/log.ts';

const day_us = 86_400_000_000;
const noon_us = Date.UTC(2025, 2, 10, 12) * 1000;
const days = 40;

let store: Store;
afterEach(() => store.close());

// More than are kept open at one time, so that some are committed before the record is through.
function recordOfManyDays(offset: number, first: number): RecordRows {
  const times = Array.from({ length: days }, (_, index) => noon_us - index * day_us);
  const spans = times.map((time, index) => spanRow(first + index, { start_time: time, end_time: time + 1 }));
  const logs = spans.map(({ tenant, trace_id, span_id, start_time }) => ({
    ...{ tenant, trace_id, span_id, time: start_time, observed_time: null, service: null, body: null },
    ...{ severity_number: null, severity_text: null, event_name: null, attributes: '{}', resource: '{}' },
    ...{ input_messages: null, output_messages: null },
  }));
  return { ...no_rows, ...recordAt(offset, ...spans.map(bare)), logs };
}

it.each([
  ['as a whole', (records: RecordRows[]) => records],
  ['in parts', (records: RecordRows[]) => records.flatMap(inParts)],
])(
  'stores one record with spans and logs of many days, %s, once however often it comes',
  async (_, cut) => {
    const folder = temporaryFolder();
    const control = new DatabaseSync(join(folder, 'control.db'));
    const options = { folder: join(folder, 'days'), memory_bytes: 256 * 2 ** 20, deduplication_hours: 0 };
    store = await openDuckDbStore({ ...options, control, query_timeout_ms: 20_000, log: recordingLog() });
    const records = cut([recordOfManyDays(100, 1), recordOfManyDays(200, 1 + days)]);
    expect(await store.append({ records })).toEqual({ stored: 4 * days, duplicated: 0 });
    expect(await store.append({ records })).toEqual({ stored: 0, duplicated: 2 * days });
    const counted = `SELECT (SELECT count(*) FROM spans) AS spans, (SELECT count(*) FROM logs) AS logs,
    (SELECT count(DISTINCT CAST(start_time AS DATE)) FROM spans) AS days`;
    const { rows } = await store.sql(counted, { tenant: 'default', rows_max: 1, timeout_ms: 20_000 });
    expect(rows).toEqual([{ spans: 2 * days, logs: 2 * days, days }]);
  },
  60_000,
);

it('leaves few days with rows in their log, which takes memory, when their work is done', async () => {
  const folder = temporaryFolder();
  const control = new DatabaseSync(join(folder, 'control.db'));
  const options = { folder: join(folder, 'days'), memory_bytes: 256 * 2 ** 20, deduplication_hours: 0 };
  store = await openDuckDbStore({ ...options, control, query_timeout_ms: 20_000, log: recordingLog() });
  const starts = Array.from({ length: days }, (_, index) => noon_us - index * day_us);
  await store.append({
    records: [recordAt(100, ...starts.map((start_time, index) => modelCall(index, { start_time })))],
  });
  const done = new Set<number>();
  for (let work = await store.take('embed', 10); work; work = await store.take('embed', 10)) {
    await store.finish(
      work,
      work.rows.map((row, index) => embeddingRow(index, { time: row.time })),
    );
    for (const { time } of work.rows) done.add(time);
  }
  await store.insert(
    'scores',
    starts.map((time, index) => scoreRow(`score ${index}`, { time })),
  );
  expect(done.size).toBe(days);
  const logs = readdirSync(options.folder).filter((name) => name.endsWith('.wal'));
  expect(logs.length).toBeLessThanOrEqual(16);
});
