import { describe, expect, test } from 'vitest';
import { burnRates, type Step } from '../../../../collector/src/alerts/evaluate/burn-rate.ts';
import { wilsonLow } from '../../../../collector/src/alerts/evaluate/wilson.ts';
import { readRule } from '../../../../collector/src/alerts/rules/read-rule.ts';
import type { BurnRateRule } from '../../../../collector/src/alerts/rules/rule.ts';

const MINUTE_MS = 60_000;
const to_ms = Date.UTC(2026, 10, 21, 12);
const slo = (objective: number) =>
  readRule({ name: 'slo', kind: 'burn_rate', sli: 'availability', objective }, [], {
    tenant: null,
  }) as BurnRateRule;

/** 1,000 events a minute over three days; a share of them is bad in the last minutes. */
function steps(bad_share: number, bad_minutes: number, ended_minutes_ago = 0): Step[] {
  return Array.from({ length: 3 * 1440 }, (_, index) => {
    const ago = index + 1;
    const is_bad = ago > ended_minutes_ago && ago <= ended_minutes_ago + bad_minutes;
    return { time_ms: to_ms - ago * MINUTE_MS, bad: is_bad ? Math.round(1000 * bad_share) : 0, total: 1000 };
  });
}

function burning(bad_share: number, bad_minutes: number, ended_minutes_ago = 0): number[] {
  const { windows, objective, bad_min } = slo(0.999);
  const found = burnRates({
    steps: steps(bad_share, bad_minutes, ended_minutes_ago),
    windows,
    objective,
    bad_min,
    to_ms,
  });
  return found.filter(({ is_burning }) => is_burning).map(({ window }) => window.factor);
}

describe('the windows of the Site Reliability Workbook, 99.9 % over thirty days', () => {
  test('are 14.4, 6, 3 and 1 times: 2, 5, 10 and 10 % of the budget', () => {
    const { windows } = slo(0.999);
    const budget = windows.map(({ factor, long_ms }) => (factor * long_ms) / (30 * 24 * 60 * MINUTE_MS));
    expect(budget.map((share) => Number(share.toFixed(4)))).toEqual([0.02, 0.05, 0.1, 0.1]);
    expect(windows.map(({ long_ms, short_ms }) => [long_ms, short_ms].map((ms) => ms / MINUTE_MS))).toEqual([
      ...[
        [60, 5],
        [360, 30],
        [1440, 120],
        [4320, 360],
      ],
    ]);
  });

  // A share e of bad events reaches factor f over a window W after W·f·0.001/e; with the Wilson bound a little later.
  test.each([
    ['all fail: 14.4 after 60 · 14.4 · 0.001 = 0.9 minutes', 1, 1, [14.4]],
    ['10 % fail: 14.4 needs 8.64 minutes', 0.1, 8, []],
    ['10 % fail: 14.4 needs 8.64 minutes', 0.1, 10, [14.4]],
    ['1.5 % fail: 14.4 needs 57.6 minutes; 6 holds then as well, after 2.4 hours only', 0.015, 56, []],
    ['1.6 % fail for an hour: 16 times', 0.016, 60, [14.4]],
    ['0.7 % fail: 6 needs 5.14 hours', 0.007, 300, []],
    ['0.7 % fail for six hours: 7 times over 6 h, 1.75 over a day', 0.007, 360, [6]],
    ['0.35 % fail for a day: 3.5 times; over three days 1.17', 0.0035, 1440, [3, 1]],
    ['0.1 % fail for ever: exactly once is not shown to be more than once', 0.001, 4320, []],
    ['0.2 % fail for three days: twice', 0.002, 4320, [1]],
  ])('%s', (_why, share, minutes, expected) => {
    expect(burning(share, minutes)).toEqual(expected);
  });

  test('end soon after the cause does: by the short window', () => {
    expect(burning(1, 10, 0)).toContain(14.4);
    expect(burning(1, 10, 4)).toContain(14.4);
    expect(burning(1, 10, 5)).not.toContain(14.4);
  });
});

describe('with little traffic', () => {
  const one_window = [
    { factor: 14.4, long_ms: 60 * MINUTE_MS, short_ms: 5 * MINUTE_MS, severity: 'critical' as const },
  ];
  const ask = (bad: number, total: number, bad_min: number) =>
    burnRates({
      steps: [{ time_ms: to_ms - MINUTE_MS, bad, total }],
      ...{ windows: one_window, objective: 0.999, bad_min, to_ms },
    })[0];

  test('one failure of ten is no page, though it is a hundred times the budget', () => {
    expect(ask(1, 10, 5)).toMatchObject({ long_rate: expect.closeTo(100), is_burning: false });
    expect(ask(1, 10, 1)?.is_burning).toBe(true);
  });

  test('few failures of many are no page by themselves: the lower bound decides', () => {
    // 5 of 300 are 16.7 times the budget, at least 7.1 with 95 %.
    expect(ask(5, 300, 5)).toMatchObject({ long_rate: expect.closeTo(16.67, 1), is_burning: false });
    expect(ask(500, 30_000, 5)?.is_burning).toBe(true);
  });

  test('nothing at all burns nothing', () => {
    expect(ask(0, 0, 1)).toMatchObject({ long_rate: 0, short_rate: 0, is_burning: false });
  });
});

// Recomputed by hand from Wilson's formula with z = 1.96; the first is the textbook case 1 of 10.
test.each([
  [1, 10, 0.01788],
  [5, 300, 0.00714],
  [0, 50, 0],
  [50, 50, 0.92865],
])('the lower bound of %i of %i is %f', (bad, total, expected) => {
  expect(wilsonLow(bad, total)).toBeCloseTo(expected, 4);
});
