import { expect, test } from 'vitest';
import { periodOf } from '../../../../collector/src/alerts/evaluate/budget.ts';
import { forecastSpend } from '../../../../collector/src/alerts/evaluate/forecast.ts';

const HOUR_MS = 3_600_000;
const start_ms = Date.UTC(2026, 10, 1);

/** Four weeks: 10 dollars in the hours of working days from 8 to 18, nothing else. */
const weekly = Array.from({ length: 28 * 24 }, (_, hour) => {
  const time_ms = start_ms + hour * HOUR_MS;
  const [day, of_day] = [new Date(time_ms).getUTCDay(), hour % 24];
  return { time_ms, cost_usd: day >= 1 && day <= 5 && of_day >= 8 && of_day < 18 ? 10 : 0 };
});

test('takes each hour to come for the same hour of the week', () => {
  // Sunday 2026-11-29 noon: nothing to come. Monday noon: six working hours.
  const sunday = { now_ms: Date.UTC(2026, 10, 29, 12), end_ms: Date.UTC(2026, 10, 30) };
  const monday = { now_ms: Date.UTC(2026, 10, 30, 12, 30), end_ms: Date.UTC(2026, 11, 1) };
  expect(forecastSpend({ hours: weekly, spent_usd: 3, ...sunday })).toEqual({
    cost_usd: 3,
    low_usd: 3,
    high_usd: 3,
  });
  const hours = weekly.filter(({ cost_usd }) => cost_usd > 0);
  const forecast = forecastSpend({ hours, spent_usd: 45, ...monday });
  // Half of this hour and five more.
  expect(forecast?.cost_usd).toBeCloseTo(45 + 55);
});

test('takes the mean of all hours while there is less than a week, with an interval', () => {
  const hours = [1, 3, 2, 2].map((cost_usd, hour) => ({ time_ms: start_ms + hour * HOUR_MS, cost_usd }));
  const now_ms = start_ms + 4 * HOUR_MS;
  const forecast = forecastSpend({ hours, spent_usd: 8, now_ms, end_ms: start_ms + 24 * HOUR_MS });
  expect(forecast?.cost_usd).toBeCloseTo(8 + 20 * 2);
  // Variance 2/3 an hour, 20 hours.
  expect((forecast?.high_usd ?? 0) - 48).toBeCloseTo(1.959964 * Math.sqrt((20 * 2) / 3), 5);
});

test('says nothing without a whole hour of history', () => {
  expect(forecastSpend({ hours: [], spent_usd: 0, now_ms: start_ms, end_ms: start_ms + HOUR_MS })).toBe(null);
});

test.each([
  ['hour', '2026-12-31T23:00:00Z', '2027-01-01T00:00:00Z'],
  ['day', '2026-12-31T00:00:00Z', '2027-01-01T00:00:00Z'],
  ['month', '2026-12-01T00:00:00Z', '2027-01-01T00:00:00Z'],
] as const)('the %s is of the calendar', (period, start, end) => {
  const found = periodOf(period, Date.parse('2026-12-31T23:30:00Z'));
  expect(found).toEqual({ start_ms: Date.parse(start), end_ms: Date.parse(end) });
});
