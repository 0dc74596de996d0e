import { expect, test } from 'vitest';
import { cloud } from '../../detectors/support/gaussian.ts';
import { whitening } from './whitening.ts';

/** Numbers of different spread that hang together. */
const rows = cloud({ count: 300, dimension: 3, seed: 1 }).map(([a, b, c]) =>
  Float32Array.of(
    9 * (a as number) + 5,
    (a as number) - 2 * (b as number),
    (b as number) + 0.1 * (c as number),
  ),
);

test('rows become white: mean 0, variance 1, and no two numbers hang together', () => {
  const white = rows.map(whitening(rows, 0));
  for (let i = 0; i < 3; i++) {
    expect(mean(white.map((row) => row[i] as number))).toBeCloseTo(0, 4);
    for (let j = 0; j <= i; j++) {
      const products = white.map((row) => (row[i] as number) * (row[j] as number));
      expect(mean(products)).toBeCloseTo(i === j ? 1 : 0, 4);
    }
  }
});

test('a ridge shrinks most what varies least', () => {
  const white = rows.map(whitening(rows, 0.5));
  const variances = [0, 1, 2].map((i) => mean(white.map((row) => (row[i] as number) ** 2)));
  expect(variances[0]).toBeCloseTo(1 / 1.5, 4);
  expect(variances[2]).toBeLessThan(variances[0] as number);
});

test('what never varies comes out as 0', () => {
  const white = rows.map((row) => Float32Array.of(row[0] as number, 7, row[1] as number));
  for (const row of white.map(whitening(white, 0.1))) {
    expect(row[1]).toBeCloseTo(0, 6);
    expect(Array.from(row).every(Number.isFinite)).toBe(true);
  }
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
