import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import {
  combineByCauchy,
  combineByTruncatedCauchy,
  combineDependentByCauchy,
} from '../../../detectors/src/statistics/cauchy-combination.ts';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const p_value = fc.double({ min: 0, max: 1, noNaN: true });

test('is a p-value, whatever goes in', () => {
  fc.assert(
    fc.property(fc.array(p_value, { minLength: 1, maxLength: 6 }), (p_values) => {
      const { p } = combineByCauchy(p_values);
      expect(p).toBeGreaterThanOrEqual(0);
      expect(p).toBeLessThanOrEqual(1);
    }),
    { seed: 1 },
  );
});

test('equal p-values combine to themselves, and one alone is itself', () => {
  for (const p of [1e-200, 1e-20, 1e-6, 0.01, 0.3, 0.5, 0.9]) {
    expect(combineByCauchy([p]).p / p).toBeCloseTo(1, 9);
    expect(combineByCauchy([p, p, p]).p / p).toBeCloseTo(1, 9);
  }
});

test('one clear p-value among two costs a factor of two', () => {
  expect(combineByCauchy([1e-9, 0.5]).p / 2e-9).toBeCloseTo(1, 6);
});

test.each([0, 0.5, 0.95])('keeps its level for tests that correlate by %d', (correlation) => {
  const random = createRandom(3);
  const windows = 20_000;
  let alarms = 0;
  for (let window = 0; window < windows; window++) {
    const common = gaussian(random);
    const p_values = [0, 1, 2].map(() =>
      normalTail(Math.sqrt(correlation) * common + Math.sqrt(1 - correlation) * gaussian(random)),
    );
    if (combineByCauchy(p_values).p < 0.01) alarms += 1;
  }
  const { low, high } = clopperPearson(alarms, windows);
  expect(low).toBeLessThan(0.012);
  expect(high).toBeGreaterThan(0.008);
});

test.each([0.2, 0.4, 0.6, 0.8])(
  'keeps its level for families of tests that correlate by %d',
  (correlation) => {
    const random = createRandom(4);
    const windows = 100_000;
    const alarms = { plain: 0, dependent: 0 };
    for (let window = 0; window < windows; window++) {
      const common = gaussian(random);
      const p = () =>
        normalTail(Math.sqrt(correlation) * common + Math.sqrt(1 - correlation) * gaussian(random));
      // As the detector of embeddings has them: one test of its own, three bandwidths, two levels of clusters.
      const families = [
        normalTail(gaussian(random)),
        combineByCauchy([p(), p(), p()]).p,
        combineByTruncatedCauchy([p(), p()]).p,
      ];
      if (combineByCauchy(families).p < 0.05) alarms.plain += 1;
      if (combineDependentByCauchy(families).p < 0.05) alarms.dependent += 1;
    }
    expect(clopperPearson(alarms.dependent, windows).low).toBeLessThan(0.05);
    expect(clopperPearson(alarms.dependent, windows).high).toBeGreaterThan(0.045);
    // Without the allowance it would not.
    if (correlation < 0.7) expect(clopperPearson(alarms.plain, windows).low).toBeGreaterThan(0.05);
  },
);
