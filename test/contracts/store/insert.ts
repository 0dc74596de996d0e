import { expect, test } from 'vitest';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import { microsOf, type OpenStore, rowsOf, useStore, valuesOf } from './harness.ts';
import { alertRow, bare, day_us, noon_us, recordAt, spanRow } from './rows.ts';

const reading: NewRow<'serving'> = {
  tenant: 'default',
  time: noon_us,
  source: 'vllm',
  instance: '10.0.0.1:8000',
  model: null,
  metric: 'requests_running',
  value: 12.5,
  labels: '{"engine":"0"}',
};

/** Rows that do not come from the journal. */
export function insertTests(open: OpenStore): void {
  const under = useStore(open);

  test('rows are stored, stamped and kept', async () => {
    await under.store.insert('serving', [reading]);
    await under.reopen();
    const [row] = await rowsOf(under.store, 'serving');
    expect(row).toMatchObject({ source: 'vllm', instance: '10.0.0.1:8000', model: null, value: 12.5 });
    expect(JSON.parse(String(row?.['labels']))).toEqual({ engine: '0' });
    expect(microsOf(row?.['time'])).toBe(noon_us);
    expect(microsOf(row?.['ingest_time'])).toBeGreaterThan(noon_us);
  });

  test('rows of several days', async () => {
    const rows = [0, 1, 2].map((day) => alertRow(`alert ${day}`, { time: noon_us - day * day_us }));
    await under.store.insert('alerts', rows);
    expect(await valuesOf(under.store, 'alerts', 'alert_id')).toEqual(['alert 0', 'alert 1', 'alert 2']);
  });

  test('no rows are nothing', async () => {
    await under.store.insert('audit', []);
    expect(await rowsOf(under.store, 'audit')).toEqual([]);
  });

  test('the position stays', async () => {
    await under.store.append({ records: [recordAt(100, bare(spanRow(1)))] });
    await under.store.insert('serving', [reading]);
    expect(await under.store.position()).toEqual({ segment: 1, offset: 100 });
  });
}
