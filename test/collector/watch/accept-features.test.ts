import type { Verdict } from '@sextant/detectors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { acceptFeatures } from '../../../collector/src/watch/accept-features.ts';
import { benjaminiYekutieli } from '../../../detectors/src/multiplicity/benjamini-yekutieli.ts';

const alpha = 0.01;

function verdict(p: number | null, fields: Partial<Verdict> = {}): Verdict {
  return {
    ...{ detector: 'test', statistic: 1, p, effect: 0.2, effect_low: 0.1, effect_high: 0.3 },
    ...{ n_reference: 500, n_current: 500, drifted: p !== null && p < alpha, why: 'It moved.' },
    ...fields,
  };
}

const probability = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ min: 0, max: 0.01, noNaN: true }),
);

test('a feature alone is judged as it was', () => {
  const verdicts = [verdict(0.004, { drifted: true }), verdict(0.2), verdict(null)];
  const [found] = acceptFeatures([verdicts], 3 * alpha);
  expect(found).toEqual(verdicts.map((one) => ({ ...one, level: expect.closeTo(alpha, 12), n_features: 1 })));
});

test('of features with one detector those drifted that Benjamini and Yekutieli reject', () => {
  fc.assert(
    fc.property(fc.array(probability, { minLength: 1, maxLength: 30 }), (p_values) => {
      const accepted = acceptFeatures(
        p_values.map((p) => [verdict(p)]),
        alpha,
      );
      const drifted = accepted.flatMap(([one], index) => (one?.drifted ? index : []));
      // What would not ring alone counts as certain.
      const rejected = benjaminiYekutieli(
        p_values.map((p) => (p < alpha ? p : 1)),
        alpha,
      );
      expect(drifted).toEqual([...rejected].sort((a, b) => a - b));
    }),
    { seed: 3 },
  );
});

test('what is found by chance says so, and keeps its figures', () => {
  const quiet = Array.from({ length: 19 }, () => [verdict(0.5)]);
  const found = acceptFeatures([[verdict(0.005)], ...quiet], alpha)[0]?.[0];
  expect(found).toMatchObject({ drifted: false, p: 0.005, effect: 0.2 });
  expect(found?.why).toMatch(
    /^One of 20 features differs as much by chance \(p = 0\.0050; below 0\.00014 counts\)\. It moved\.$/,
  );
  const sure = acceptFeatures([[verdict(1e-6)], ...quiet], alpha)[0]?.[0];
  expect(sure).toMatchObject({ ...verdict(1e-6), n_features: 20 });
});

test('what has no p, as in another product, stays as it is', () => {
  const other = [[verdict(null, { drifted: true })], [verdict(null, { drifted: true })], [verdict(0.5)]];
  expect(acceptFeatures(other, alpha)).toMatchObject(other);
});
