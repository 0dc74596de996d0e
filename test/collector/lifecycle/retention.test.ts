import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRetention, type RetentionSettings } from '../../../collector/src/lifecycle/retention.ts';
import type { RecordRows } from '../../../collector/src/stores/store.ts';
import { bare, no_rows, recordAt, spanRow } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';

const now = () => Date.UTC(2026, 10, 21, 12);
const day_us = 86_400_000_000;

function settings(given: Partial<RetentionSettings> = {}) {
  const stored: RecordRows[] = [];
  const store: RetentionSettings['store'] = {
    async append({ records }) {
      for await (const record of records) stored.push(record);
      return { stored: stored.length, duplicated: 0 };
    },
    expire: async () => [],
  };
  return {
    ...{ store, days: 10, clean: async () => undefined, onExpired: () => undefined, now, ...given },
    log: recordingLog(),
    stored,
  };
}

describe('retention', () => {
  it('removes what is older than the days wanted, at the start and every hour', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const asked: number[] = [];
    const cleaned: number[] = [];
    const expire = async (before_us: number) => {
      asked.push(before_us);
      if (asked.length === 2) throw new Error('busy');
      return ['2026-11-01'];
    };
    const parts = settings({ clean: async (before_ms) => void cleaned.push(before_ms) });
    const retention = createRetention({ ...parts, store: { ...parts.store, expire } });
    retention.start();
    await vi.advanceTimersByTimeAsync(2 * 3_600_000);
    retention.stop();
    await vi.advanceTimersByTimeAsync(3_600_000);
    const before_ms = Date.UTC(2026, 10, 11, 12);
    expect(asked).toEqual(Array(3).fill(before_ms * 1_000));
    expect(cleaned).toEqual([before_ms, before_ms]);
    expect(parts.log.lines.map((line) => line.split(' ', 1)[0])).toEqual(['info', 'error', 'info']);
  });

  it('keeps everything unless told', async () => {
    const expire = vi.fn();
    const parts = settings({ days: 0 });
    const retention = createRetention({ ...parts, store: { ...parts.store, expire } });
    retention.start();
    const old = recordAt(1, bare(spanRow(1, { start_time: Date.UTC(2001, 0, 1) * 1_000 })));
    await retention.append({ records: [old] });
    expect(expire).not.toHaveBeenCalled();
    expect(parts.stored).toEqual([old]);
  });

  it('leaves out and counts rows of days that are not kept, whole days as they go', async () => {
    const expired = vi.fn();
    const parts = settings({ onExpired: expired });
    const first_kept_us = Date.UTC(2026, 10, 11) * 1_000;
    const spanAt = (number: number, start_time: number) => bare(spanRow(number, { start_time }));
    const broken_clock_us = 5 * day_us;
    const amendment = { tenant: 'default', trace_id: '', span_id: '', columns: {}, messages: [] };
    const record = {
      ...recordAt(7, spanAt(1, first_kept_us - 1), spanAt(2, first_kept_us), spanAt(3, broken_clock_us)),
      amendments: [{ ...amendment, time: first_kept_us - day_us }],
    };
    await createRetention(parts).append({
      records: [record, { ...no_rows, position: { segment: 1, offset: 9 } }],
    });
    expect(parts.stored.map(({ spans }) => spans.map(({ span }) => span.name))).toEqual([
      ['span 2', 'span 3'],
      [],
    ]);
    expect(parts.stored.map(({ position }) => position.offset)).toEqual([7, 9]);
    expect(parts.stored[0]?.amendments).toEqual([]);
    expect(expired.mock.calls).toEqual([[2]]);
  });

  it('counts a batch once, however often it is tried', async () => {
    const expired = vi.fn();
    const parts = settings({ onExpired: expired });
    let failures = 2;
    const store: RetentionSettings['store'] = {
      ...parts.store,
      async append(batch) {
        const appended = await parts.store.append(batch);
        failures -= 1;
        if (failures >= 0) throw new Error('The disk is full.');
        return appended;
      },
    };
    const { append } = createRetention({ ...parts, store });
    const batch = { records: [recordAt(1, bare(spanRow(1, { start_time: Date.UTC(2020, 0, 1) * 1_000 })))] };
    await expect(append(batch)).rejects.toThrow();
    await expect(append(batch)).rejects.toThrow();
    await append(batch);
    expect(expired.mock.calls).toEqual([[1]]);
  });
});
