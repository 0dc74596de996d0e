import { expect, test } from 'vitest';
import { createMaintenances, type Maintenance } from '../../../../collector/src/alerts/notify/maintenance.ts';

const nightly: Maintenance = {
  name: 'night',
  matchers: [],
  weekdays: ['sun'],
  from_minute: 23 * 60,
  to_minute: 2 * 60,
  time_zone: 'Europe/Berlin',
};

// In Berlin it is one hour later than in UTC in winter, two in summer. 2026-11-29 is a Sunday.
test.each([
  ['2026-11-29T21:59:00Z', null],
  ['2026-11-29T22:00:00Z', 'night'],
  ['2026-11-30T00:59:59Z', 'night'],
  ['2026-11-30T01:00:00Z', null],
  ['2026-11-30T22:30:00Z', null],
  ['2026-07-05T20:59:00Z', null],
  ['2026-07-05T21:00:00Z', 'night'],
  ['2026-07-05T23:59:00Z', 'night'],
  ['2026-07-06T00:00:00Z', null],
])('at %s it is %s', (time, expected) => {
  expect(createMaintenances([nightly])({}, Date.parse(time))).toBe(expected);
});

test('concerns what matches, and a day where start and end are the same', () => {
  const matchers = [{ name: 'team', value: 'shop', isRegex: false, isEqual: true }];
  const find = createMaintenances([
    { ...nightly, matchers, weekdays: ['mon'], from_minute: 0, to_minute: 0, time_zone: 'UTC' },
  ]);
  const monday_ms = Date.UTC(2026, 10, 30);
  expect(find({ team: 'shop' }, monday_ms)).toBe('night');
  expect(find({ team: 'shop' }, monday_ms + 86_399_999)).toBe('night');
  expect(find({ team: 'shop' }, monday_ms + 86_400_000)).toBe(null);
  expect(find({ team: 'other' }, monday_ms)).toBe(null);
});
