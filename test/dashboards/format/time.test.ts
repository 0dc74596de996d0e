import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAgo,
  formatShortTime,
  formatTimestamp,
  formatZone,
  fromLocalInput,
  toLocalInput,
} from '../../../dashboards/web/src/format/time.ts';

const time = '2026-11-21T08:18:22.123Z';
const zones = ['UTC', 'Asia/Kathmandu', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia'];

describe('formatTimestamp', () => {
  it('writes the time of the zone', () => {
    expect(formatTimestamp(time, 'UTC')).toBe('21 Nov 2026, 08:18:22.123');
    expect(formatTimestamp(time, 'Asia/Kathmandu')).toBe('21 Nov 2026, 14:03:22.123');
  });

  it('shows a text that is no time as it is', () => {
    expect(formatTimestamp('yesterday', 'UTC')).toBe('yesterday');
  });
});

describe('formatZone', () => {
  it('follows the offset of the moment', () => {
    expect(formatZone(time, 'UTC')).toBe('UTC');
    expect(formatZone(time, 'Asia/Kathmandu')).toBe('UTC+05:45');
    expect(formatZone(time, 'Europe/Berlin')).toBe('UTC+01:00');
    expect(formatZone('2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('UTC+02:00');
  });
});

describe('formatShortTime', () => {
  it('leaves out the day of now, in the zone, and the year of now', () => {
    const now = Date.parse('2026-11-21T20:00:00Z');
    expect(formatShortTime(time, 'UTC', now)).toBe('08:18:22');
    expect(formatShortTime(time, 'Asia/Kathmandu', now)).toBe('21 Nov, 14:03');
    expect(formatShortTime('2024-02-29T10:00:00Z', 'UTC', now)).toBe('29 Feb 2024, 10:00');
  });
});

describe('formatAgo', () => {
  it('counts in the largest whole unit', () => {
    const now = Date.parse(time);
    expect(formatAgo(now - 20_000, now)).toBe('just now');
    expect(formatAgo(now - 3 * 60_000, now)).toBe('3 minutes ago');
    expect(formatAgo(now - 26 * 3_600_000, now)).toBe('1 day ago');
    expect(formatAgo(now + 2 * 3_600_000, now)).toBe('in 2 hours');
  });
});

describe('local inputs', () => {
  it('mean what they show, in every zone and on days when clocks change', () => {
    const minutes = fc.integer({ min: 28_333_333, max: 31_666_666 });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const shown = toLocalInput(minute * 60_000, zone);
        expect(toLocalInput(fromLocalInput(shown, zone)!, zone)).toBe(shown);
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
    expect(fromLocalInput('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z');
    expect(fromLocalInput('2026-11-21T14:03', 'Asia/Kathmandu')).toBe('2026-11-21T08:18:00.000Z');
  });

  it('refuses what is no time', () => {
    expect(fromLocalInput('', 'UTC')).toBeNull();
  });
});
