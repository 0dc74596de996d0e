import { expect, test } from 'vitest';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';

// Abramowitz and Stegun, tables 26.1 and 26.2.
test.each([
  [0, 0.5],
  [1, 0.15865525393],
  [-1, 0.84134474607],
  [1.959963984540054, 0.025],
  [3, 0.0013498980316],
  [5, 2.8665157187e-7],
  [10, 7.6198530242e-24],
])('beyond %d', (z, tail) => {
  expect(normalTail(z) / tail).toBeCloseTo(1, 9);
});
