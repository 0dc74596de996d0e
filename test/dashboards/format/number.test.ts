import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCompact,
  formatCost,
  formatCostSum,
  formatDuration,
  formatLevel,
  formatNumber,
  formatProbability,
} from '../../../dashboards/web/src/format/number.ts';

describe('formatCost', () => {
  it('is a dash where unknown, and zero only where it is zero', () => {
    expect(formatCost(null)).toBe('—');
    expect(formatCost(0)).toBe('$0.00');
  });

  it('keeps three digits of small amounts', () => {
    expect(formatCost(0.0000123)).toBe('$0.0000123');
    expect(formatCost(0.5)).toBe('$0.500');
    expect(formatCost(1234.5)).toBe('$1,234.50');
  });
});

describe('formatCostSum', () => {
  it('says what has no price', () => {
    expect(formatCostSum({ cost_usd: 0.12, unpriced_calls: 0 })).toBe('$0.120');
    expect(formatCostSum({ cost_usd: 0.12, unpriced_calls: 3 })).toBe('$0.120 +3 unpriced');
    expect(formatCostSum({ cost_usd: null, unpriced_calls: 3 })).toBe('—');
  });
});

describe('formatDuration', () => {
  it.each([
    [null, '—'],
    [0.0456, '0.0456 ms'],
    [812.4, '812 ms'],
    [1_000, '1.00 s'],
    [59_900, '59.9 s'],
    [65_000, '1 min 05 s'],
    [3_600_000, '1 h 00 min'],
    [-12, '-12.0 ms'],
  ])('writes %s as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('other numbers', () => {
  it('shortens large counts only', () => {
    expect([null, 9_999, 10_000, 4_510_000].map(formatCompact)).toEqual(['—', '9,999', '10K', '4.5M']);
  });

  it('keeps three digits of statistics of any size', () => {
    expect([null, -1.2345, 0.0004567, 999_999, 1.0825e15].map(formatNumber)).toEqual([
      '—',
      '-1.23',
      '0.000457',
      '1,000,000',
      '1.08E15',
    ]);
  });

  it('does not call a small probability zero', () => {
    expect([null, 0, 0.00001, 0.0213].map(formatProbability)).toEqual([
      '—',
      '< 0.0001',
      '< 0.0001',
      '0.0213',
    ]);
  });

  it('shows how small a probability is beside the one it is held to', () => {
    expect([null, undefined, 0.0213, 0.0000069, 1.23e-9].map(formatLevel)).toEqual([
      '—',
      '—',
      '0.021',
      '0.0000069',
      '1.2e-9',
    ]);
  });

  it('counts bytes in powers of 1,024', () => {
    expect([0, 1_023, 1_024, 5 * 1_024 ** 3].map(formatBytes)).toEqual(['0 B', '1,023 B', '1 KiB', '5 GiB']);
  });
});
