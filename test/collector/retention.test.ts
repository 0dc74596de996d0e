import { expect, it, vi } from 'vitest';
import { startRetention } from '../../collector/src/retention.ts';
import { recordingLog } from '../support/log.ts';

const now = () => Date.UTC(2026, 10, 21, 12);

it('removes what is older than the days wanted, at the start and every hour', async () => {
  vi.useFakeTimers();
  const asked: number[] = [];
  const store = {
    expire: async (before_us: number) => {
      asked.push(before_us);
      if (asked.length === 2) throw new Error('busy');
      return ['2026-11-01'];
    },
  };
  const log = recordingLog();
  const stop = startRetention({ store, days: 10, now, log });
  await vi.advanceTimersByTimeAsync(2 * 3_600_000);
  stop();
  await vi.advanceTimersByTimeAsync(3_600_000);
  vi.useRealTimers();
  expect(asked).toEqual(Array(3).fill(Date.UTC(2026, 10, 11, 12) * 1000));
  expect(log.lines.map((line) => line.split(' ', 1)[0])).toEqual(['info', 'error', 'info']);
});

it('keeps everything unless told', () => {
  const expire = vi.fn();
  startRetention({ store: { expire }, days: 0, now, log: recordingLog() })();
  expect(expire).not.toHaveBeenCalled();
});
