import { expect, test } from 'vitest';
import { meanOverNormal } from '../../../detectors/src/statistics/mean-over-normal.ts';

test.each([
  [0, 1],
  [1, 0],
  [2, 1],
  [3, 0],
  [4, 3],
  [5, 0],
])('of the power %d is that moment, %d', (power, moment) => {
  expect(meanOverNormal((value) => value ** power)).toBeCloseTo(moment, 12);
});
