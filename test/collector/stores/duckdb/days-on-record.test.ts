import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openDaysOnRecord } from '../../../../collector/src/stores/duckdb/days-on-record.ts';

const open = (control = new DatabaseSync(':memory:')) => ({
  control,
  record: openDaysOnRecord(control, () => 17),
});

it('keeps the furthest position', () => {
  const { record } = open();
  expect(record.position()).toBeNull();
  record.setPosition({ segment: 2, offset: 5 });
  record.setPosition({ segment: 1, offset: 9 });
  expect(record.position()).toEqual({ segment: 2, offset: 5 });
  record.setPosition({ segment: 2, offset: 6 });
  expect(record.position()).toEqual({ segment: 2, offset: 6 });
});

it('drops the position with a day that is missing, once', () => {
  const { control, record } = open();
  record.compare(['2026-11-20', '2026-11-21']);
  record.setPosition({ segment: 2, offset: 5 });
  record.compare(['2026-11-21', '2026-11-22']);
  expect(record.position()).toBeNull();
  expect(record.lost()).toEqual([{ day: '2026-11-20', why: 'missing', found_ms: 17 }]);
  const again = open(control).record;
  again.setPosition({ segment: 3, offset: 1 });
  again.compare(['2026-11-21', '2026-11-22']);
  expect(again.position()).toEqual({ segment: 3, offset: 1 });
});

it('misses no day that was removed or that it never knew', () => {
  const { record } = open();
  record.add('2026-11-20');
  record.remove('2026-11-20');
  record.setPosition({ segment: 2, offset: 5 });
  record.compare([]);
  expect(record.lost()).toEqual([]);
  expect(record.position()).toEqual({ segment: 2, offset: 5 });
});

it('knows a condemned day until it is lost', () => {
  const { record } = open();
  record.condemn('2026-11-20');
  expect([record.isCondemned('2026-11-20'), record.isCondemned('2026-11-21')]).toEqual([true, false]);
  record.lose('2026-11-20', 'damaged');
  expect(record.isCondemned('2026-11-20')).toBe(false);
});

it('forgets lost days with the retention', () => {
  const { record } = open();
  for (const day of ['2026-11-20', '2026-11-22', '2026-11-21']) record.lose(day, 'damaged');
  record.forgetLost('2026-11-21');
  expect(record.lost().map(({ day }) => day)).toEqual(['2026-11-22', '2026-11-21']);
});
