import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime, parseTime } from '../../../collector/src/api/times.ts';

const now_ms = Date.UTC(2026, 10, 21, 12);

describe('times', () => {
  it.each([
    ['now', 0],
    ['-90s', 90_000],
    ['-30m', 30 * 60_000],
    ['-2h', 2 * 3_600_000],
    ['-7d', 7 * 86_400_000],
    ['-1w', 7 * 86_400_000],
  ])('takes %s as relative to now', (text, before_ms) => {
    expect(parseTime(text, now_ms)).toBe((now_ms - before_ms) * 1000);
  });

  it('takes ISO times, with a zone and to the microsecond', () => {
    expect(parseTime('2026-11-21', now_ms)).toBe(Date.UTC(2026, 10, 21) * 1000);
    expect(parseTime('2026-11-21T10:00:00+05:45', now_ms)).toBe(Date.UTC(2026, 10, 21, 4, 15) * 1000);
    expect(parseTime('2026-11-21T10:00:00.123456Z', now_ms)).toBe(
      Date.UTC(2026, 10, 21, 10) * 1000 + 123_456,
    );
  });

  it.each(['', 'yesterday', '2h', '-2 h', '-2y', '1763726400', '2026-13-40'])('refuses "%s"', (text) => {
    expect(() => parseTime(text, now_ms)).toThrow(/no ISO time/);
  });

  it('writes what it reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (time_ms) => {
        expect(parseTime(isoTime(time_ms * 1000) as string, now_ms)).toBe(time_ms * 1000);
      }),
      { seed: 11 },
    );
    expect(isoTime(null)).toBeNull();
  });
});
