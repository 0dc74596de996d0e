import { expect, test } from 'vitest';
import { estimateTraces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { cloud } from '../support/gaussian.ts';

test('finds the traces of a known covariance, without the bias of its eigenvalues from a sample', () => {
  const eigenvalues = Array.from({ length: 64 }, (_, i) => 0.95 ** i);
  const estimates = Array.from({ length: 8 }, (_, seed) =>
    estimateTraces(
      cloud({ count: 200, dimension: 64, seed, shift: 0 }).map((row) =>
        Float64Array.from(row, (value, i) => 3 + value * Math.sqrt(eigenvalues[i] as number)),
      ),
    ),
  );
  const average = (of: 'first' | 'second' | 'third') =>
    estimates.reduce((sum, traces) => sum + traces[of], 0) / estimates.length;
  const power = (exponent: number) => eigenvalues.reduce((sum, value) => sum + value ** exponent, 0);
  expect(average('first') / power(1)).toBeCloseTo(1, 1);
  expect(average('second') / power(2)).toBeCloseTo(1, 1);
  expect(average('third') / power(3)).toBeCloseTo(1, 1);
});
