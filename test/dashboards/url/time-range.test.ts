import { describe, expect, it } from 'vitest';
import {
  isRelative,
  readRange,
  toPeriod,
  toPeriodQuery,
} from '../../../dashboards/web/src/url/time-range.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const from = '2026-11-20T00:00:00.000Z';

describe('readRange', () => {
  it('leaves the default out', () => {
    expect(readRange({}, '24h')).toEqual({});
    expect(readRange({ range: '24h' }, '24h')).toEqual({});
    expect(readRange({ range: '7d' }, '24h')).toEqual({ range: '7d' });
  });

  it('is relative or absolute, never both', () => {
    expect(readRange({ range: '7d', from }, '24h')).toEqual({ from });
    expect(isRelative({ range: '7d' })).toBe(true);
    expect(isRelative({ from })).toBe(false);
  });

  it('leaves out what cannot be read', () => {
    expect(readRange({ range: 'forever' }, '24h')).toEqual({});
    expect(readRange({ range: '0h' }, '24h')).toEqual({});
    expect(readRange({ range: '1h; DROP' }, '24h')).toEqual({});
    expect(readRange({ from: 'then', to: ['x'] }, '24h')).toEqual({});
  });
});

describe('toPeriodQuery', () => {
  it('asks relative to now, or between bounds', () => {
    expect(toPeriodQuery({}, '24h')).toEqual({ from: '-24h' });
    expect(toPeriodQuery({ range: '90m' }, '24h')).toEqual({ from: '-90m' });
    expect(toPeriodQuery({ from, to: from }, '24h')).toEqual({ from, to: from });
    expect(toPeriodQuery({ to: from }, '24h')).toEqual({ to: from });
  });
});

describe('toPeriod', () => {
  it('gives bounds in milliseconds', () => {
    expect(toPeriod({}, '24h', now)).toEqual({ from_ms: now - 86_400_000, to_ms: now });
    expect(toPeriod({ from }, '24h', now)).toEqual({ from_ms: Date.parse(from), to_ms: now });
    expect(toPeriod({ range: '15m' }, '24h', now).from_ms).toBe(now - 900_000);
  });
});
