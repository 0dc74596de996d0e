import { expect, it } from 'vitest';
import { daysAround, undated_day } from '../../../../collector/src/stores/duckdb/days.ts';

const at = (time: string) => Date.parse(`${time}Z`) * 1000;
const days = ['2025-03-13', '2025-03-12', '2025-03-11', '2025-03-10', '2025-03-01', undated_day];

it.each([
  [at('2025-03-11T00:00'), at('2025-03-12T00:00'), ['2025-03-12', '2025-03-11', '2025-03-10']],
  [at('2025-03-11T12:00'), at('2025-03-11T12:01'), ['2025-03-12', '2025-03-11', '2025-03-10']],
  [at('2025-03-06T00:00'), at('2025-03-07T00:00'), []],
  [null, at('2025-03-02T00:00'), ['2025-03-01']],
  [at('2025-03-13T00:00'), null, ['2025-03-13', '2025-03-12']],
])(
  'looks for rows from %d to %d in the days about them and where there is no date',
  (from_us, to_us, around) => {
    expect(daysAround(days, { from_us, to_us })).toEqual([...around, undated_day]);
  },
);
