import { addUnit, exceedances, quantileOf, startSketch } from '@sextant/detectors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { createDDBins, dd_bins } from '../../../detectors/src/sketches/dd-sketch.ts';

test('a value in the range is within 1 % of what stands for its bin, and between its ends', () => {
  const bins = createDDBins(3);
  const edges = bins.edges();
  expect(edges).toHaveLength(dd_bins + 1);
  const size = fc.double({ min: 3 / 27_000, max: 3 * 27_000, noNaN: true });
  fc.assert(
    fc.property(size, fc.boolean(), (magnitude, positive) => {
      const value = positive ? magnitude : -magnitude;
      const place = bins.place(value);
      expect(Math.abs(bins.valueOf(place) / value - 1)).toBeLessThanOrEqual(0.01 + 1e-9);
      expect(value).toBeGreaterThanOrEqual(edges[place] as number);
      expect(value).toBeLessThanOrEqual(edges[place + 1] as number);
    }),
    { seed: 1 },
  );
  expect(bins.valueOf(bins.place(0))).toBe(0);
});

const fit = numberKind.createFit({
  source: 's',
  units: Array.from({ length: 2_000 }, (_, i) => [(i * 389) % 2_000]),
});

function sketchOf(values: readonly number[]) {
  const measure = numberKind.createMeasure(fit);
  const sketch = startSketch(numberKind, fit);
  for (const value of values) addUnit(sketch, measure([value]));
  return sketch;
}

test('a quantile is within 1 % of that of the values', () => {
  const some = fc.array(fc.integer({ min: -5_000, max: 50_000 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(some, fc.constantFrom(0.5, 0.9, 0.95, 0.99), (values, quantile) => {
      const sorted = values.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(quantile * values.length - 1e-9) - 1] as number;
      const found = quantileOf(fit, sketchOf(values), quantile) as number;
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.01 * Math.abs(exact) + 0.05);
    }),
    { seed: 2, numRuns: 50 },
  );
  expect(quantileOf(fit, sketchOf([]), 0.5)).toBeNull();
});

test('exceedances count the units above the edge next to the quantile', () => {
  const above = fit.edges[fit.below.findIndex((share) => share >= 0.95 - 1e-6)] as number;
  const some = fc.array(fc.integer({ min: 0, max: 2_500 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(some, (values) => {
      const exceeding = values.filter((value) => value > above).length;
      const moments = exceedances(fit, sketchOf(values), 0.95);
      expect(moments.count).toBe(values.length);
      expect(moments.sum).toBeCloseTo(exceeding, 9);
      expect(moments.sum_of_squares).toBeCloseTo(exceeding, 9);
    }),
    { seed: 3, numRuns: 50 },
  );
  expect(Math.abs(above / 2_000 - 0.95)).toBeLessThan(0.005);
});
