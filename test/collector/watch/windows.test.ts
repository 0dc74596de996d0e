import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedWindows, type Minute, type WindowRule } from '../../../collector/src/watch/windows.ts';

const minute_us = 60_000_000;
const rule: WindowRule = { vectors: 100, minutes_max: 60, now_us: 1e15, grace_us: 15_000_000 };

/** Counts of minutes by their number; all arrived long ago unless said otherwise. */
function minutes(counts: Readonly<Record<number, number>>, arrived = 0): Minute[] {
  return Object.entries(counts).map(([minute, count]) => ({
    minute: Number(minute) * minute_us,
    count,
    arrived,
  }));
}

/** From, to and count of windows, in minutes. */
function plain(found: readonly Minute[], changed: Partial<WindowRule> = {}) {
  return closedWindows(found, { ...rule, ...changed }).map(({ from_us, to_us, count }) => [
    from_us / minute_us,
    to_us / minute_us,
    count,
  ]);
}

describe('closedWindows', () => {
  test('a window closes at the end of the minute that fills it', () => {
    const arrived = rule.now_us - minute_us;
    expect(plain(minutes({ 1: 60, 2: 60, 3: 60 }, arrived))).toEqual([[1, 3, 120]]);
    expect(plain(minutes({ 1: 99 }, arrived))).toEqual([]);
    expect(plain([])).toEqual([]);
  });

  test('the next one begins with the next minute that has data', () => {
    expect(plain(minutes({ 1: 100, 9: 250, 10: 100 }))).toEqual([
      [1, 2, 100],
      [9, 10, 250],
      [10, 11, 100],
    ]);
  });

  test('a window with too few vectors closes when newer data shows that its time is over', () => {
    const arrived = rule.now_us - minute_us;
    expect(plain(minutes({ 1: 10, 60: 10 }, arrived))).toEqual([]);
    expect(plain(minutes({ 1: 10, 61: 10 }, arrived))).toEqual([[1, 61, 10]]);
  });

  test('or when its data has been here for as long, not merely because it is about the past', () => {
    const now_us = rule.now_us;
    expect(plain(minutes({ 1: 10 }, now_us - 59 * minute_us))).toEqual([]);
    expect(plain(minutes({ 1: 10 }, now_us - 60 * minute_us))).toEqual([[1, 61, 10]]);
  });

  test('a minute is not complete before the clock has passed it by the grace', () => {
    const [now_us, arrived] = [5 * minute_us, 4 * minute_us];
    const found = minutes({ 3: 50, 4: 100, 5: 1 }, arrived);
    expect(plain(found, { now_us })).toEqual([]);
    expect(plain(found, { now_us: now_us + 15_000_000 })).toEqual([[3, 5, 150]]);
  });

  test('nor, without newer data, before nothing has arrived for the grace', () => {
    const found = minutes({ 3: 100 }, rule.now_us - 10_000_000);
    expect(plain(found)).toEqual([]);
    expect(plain(found, { now_us: rule.now_us + 5_000_000 })).toEqual([[3, 4, 100]]);
    expect(plain([...found, ...minutes({ 4: 1 }, rule.now_us)])).toEqual([[3, 4, 100]]);
  });

  test('a row from the future holds up nothing', () => {
    const found = minutes({ 3: 100, 4: 100, 1000000000: 1 }, rule.now_us);
    expect(plain(found)).toEqual([
      [3, 4, 100],
      [4, 5, 100],
    ]);
  });

  test('windows are the same, in however many portions the minutes came', () => {
    const counts = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 40 }), count: fc.integer({ min: 1, max: 120 }) }),
      {
        minLength: 1,
        maxLength: 40,
      },
    );
    fc.assert(
      fc.property(counts, fc.nat(), (steps, cut_at) => {
        let minute = 0;
        const all = steps.map(({ gap, count }) => {
          minute += gap;
          return { minute: minute * minute_us, count, arrived: rule.now_us };
        });
        const whole = plain(all);
        const first = plain(all.slice(0, cut_at % all.length));
        const cursor_us = ((first.at(-1)?.[1] as number) ?? 0) * minute_us;
        const rest = plain(all.filter((row) => row.minute >= cursor_us));
        expect([...first, ...rest]).toEqual(whole);
        whole.forEach(([from = 0, to = 0], index) => {
          expect(from).toBeGreaterThanOrEqual(whole[index - 1]?.[1] ?? 0);
          expect(to - from).toBeLessThanOrEqual(60);
        });
      }),
      { seed: 6, numRuns: 300 },
    );
  });
});
