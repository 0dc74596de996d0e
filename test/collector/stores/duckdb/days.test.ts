import { expect, it } from 'vitest';
import { daysAround, overlaps, undated_day } from '../../../../collector/src/stores/duckdb/days.ts';

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

it.each([
  [0, 100, false],
  [100, 101, true],
  [199, 300, true],
  [200, 300, true],
  [201, 300, false],
  [0, 99, false],
  [null, 101, true],
  [200, null, true],
  [201, null, false],
  [null, null, true],
])(
  'moments from 100 to 200, both included, lie in a range from %d to %d, the end excluded: %s',
  (from_us, to_us, is_in) => {
    expect(overlaps({ first_us: 100, last_us: 200 }, { from_us, to_us })).toBe(is_in);
    expect(overlaps(null, { from_us, to_us })).toBe(false);
  },
);
