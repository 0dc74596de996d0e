import { expect, test } from 'vitest';
import { meanRow } from '../../../detectors/src/statistics/mean-row.ts';
import { squaredEuclidean } from '../../../detectors/src/statistics/squared-euclidean.ts';

test('meanRow is the mean of each place', () => {
  expect(Array.from(meanRow([Float32Array.of(1, -2), [3, 4], Float64Array.of(5, 1)]))).toEqual([3, 1]);
  expect(meanRow([]).length).toBe(0);
});

test('squaredEuclidean is the square of the distance', () => {
  expect(squaredEuclidean([0, 3, 1], Float64Array.of(4, 0, 1))).toBe(25);
  expect(squaredEuclidean([], [])).toBe(0);
});
