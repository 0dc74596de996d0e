import { expect, test } from 'vitest';
import { estimateTraces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { cloud } from '../support/gaussian.ts';

const eigenvalues = Array.from({ length: 64 }, (_, i) => 0.95 ** i);
const power = (exponent: number) => eigenvalues.reduce((sum, value) => sum + value ** exponent, 0);

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function estimates(samples: number, count: number) {
  return Array.from({ length: samples }, (_, seed) =>
    estimateTraces(
      cloud({ count, dimension: 64, seed, shift: 0 }).map((row) =>
        Float64Array.from(row, (value, i) => 3 + value * Math.sqrt(eigenvalues[i] as number)),
      ),
    ),
  );
}

// 900 rows are three blocks.
test.each([
  [8, 200],
  [3, 900],
])('finds the traces of a known covariance, without bias: %d samples of %d', (samples, count) => {
  const found = estimates(samples, count);
  expect(mean(found.map(({ first }) => first)) / power(1)).toBeCloseTo(1, 1);
  expect(mean(found.map(({ second }) => second)) / power(2)).toBeCloseTo(1, 1);
  expect(mean(found.map(({ third }) => third)) / power(3)).toBeCloseTo(1, 1);
});

test('knows what it errs by', () => {
  const found = estimates(120, 60);
  for (const trace of ['second', 'third'] as const) {
    const logs = found.map((traces) => Math.log(traces[trace]));
    const spread = Math.sqrt(mean(logs.map((value) => (value - mean(logs)) ** 2)));
    const stated = mean(found.map(({ errors }) => errors![trace]));
    // The standard deviation of 120 values is known to 6 %; what few rows add is somewhat overstated.
    expect(stated / spread).toBeGreaterThan(0.8);
    expect(stated / spread).toBeLessThan(1.5);
  }
});
