import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adjustByBenjaminiHochberg } from '../../../detectors/src/statistics/benjamini-hochberg.ts';

test('rejects what the step-up rule rejects, at any level', () => {
  const p_values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(p_values, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (values, level) => {
      const sorted = values.toSorted((a, b) => a - b);
      const last = sorted.findLastIndex((p, index) => p * values.length <= level * (index + 1));
      const cut = last < 0 ? -1 : (sorted[last] as number);
      const adjusted = adjustByBenjaminiHochberg(values);
      values.forEach((p, index) => {
        const slack = 1e-12;
        if (p <= cut) expect(adjusted[index]).toBeLessThanOrEqual(level + slack);
        else expect(adjusted[index]).toBeGreaterThan(level - slack);
      });
    }),
    { seed: 6, numRuns: 500 },
  );
});

test('gives the values of p.adjust in R', () => {
  const adjusted = adjustByBenjaminiHochberg([0.01, 0.04, 0.03, 0.005]);
  [0.02, 0.04, 0.04, 0.02].forEach((value, index) => {
    expect(adjusted[index]).toBeCloseTo(value, 12);
  });
});
