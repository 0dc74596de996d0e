import { describe, expect, test } from 'vitest';
import { compareDistributions } from '../../../detectors/src/families/distribution.ts';
import type { Finding } from '../../../detectors/src/families/family.ts';
import { compareMix } from '../../../detectors/src/families/mix.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';
import { uniformOf } from '../support/skew-windows.ts';

const windows = 2_000;
const levels = [0.05, 0.01];

/** Units of one value each, by place. */
function mixSide(count: number, places: number, place: () => number) {
  const counts = new Float64Array(places);
  for (let i = 0; i < count; i++) {
    const at = place();
    counts[at] = (counts[at] as number) + 1;
  }
  return { count, counts, squares: counts };
}

function numberSide(count: number, value: () => number) {
  const { counts } = mixSide(count, 121, () => Math.min(Math.max(Math.round(value() * 20) + 60, 0), 120));
  let below = 0;
  const squares = counts.slice(0, -1).map((counted) => {
    below += counted;
    return below;
  });
  return { count, counts, squares };
}

/** How often an end lies on the wrong side of the truth is its level, and not far below it. */
function expectHonest(truth: number, find: (alpha: number) => Finding): void {
  for (const alpha of levels) {
    const findings = Array.from({ length: windows }, () => find(alpha));
    const above = findings.filter(({ share_low }) => share_low > truth).length;
    const below = findings.filter(({ share_high }) => share_high < truth).length;
    expect(clopperPearson(above, windows).low, `${above} above at ${alpha}`).toBeLessThan(alpha);
    expect(clopperPearson(below, windows).low, `${below} below at ${alpha}`).toBeLessThan(1.1 * alpha);
    expect(clopperPearson(above, windows).high, `${above} above at ${alpha}`).toBeGreaterThan(0.6 * alpha);
  }
}

describe('ends of the moved share in windows of 200 against 1,000', () => {
  test('a value from 30 % to 40 %', () => {
    const uniform = uniformOf(createRandom(31));
    const coin = (rate: number) => () => (uniform() < rate ? 1 : 0);
    expectHonest(0.1, (alpha) =>
      compareMix({
        ...{ reference: mixSide(1_000, 2, coin(0.3)), current: mixSide(200, 2, coin(0.4)) },
        alpha,
      }),
    );
  });

  test('a number half a standard deviation higher', () => {
    const random = createRandom(32);
    const normal = (mean: number) => () => gaussian(random) + mean;
    // P(X > Y) - P(X < Y) of two normal variables half a deviation apart: erf(0.25).
    const truth = 0.2763263902;
    expectHonest(truth, (alpha) =>
      compareDistributions({
        ...{ reference: numberSide(1_000, normal(0)), current: numberSide(200, normal(0.5)) },
        ...{ alpha, laws: null },
      }),
    );
  });

  test('nothing that moved, sixty values: the lower end is above 0 as seldom as it says', () => {
    const uniform = uniformOf(createRandom(33));
    const rare = () => Math.floor(60 * uniform() ** 3);
    const findings = Array.from({ length: windows }, () =>
      compareMix({ reference: mixSide(1_000, 60, rare), current: mixSide(200, 60, rare), alpha: 0.05 }),
    );
    const above = findings.filter(({ share_low }) => share_low > 0).length;
    expect(clopperPearson(above, windows).low).toBeLessThan(0.05);
  });
});

test('a tenth of 300 units with a value that was never there is told, among sixty others', () => {
  const uniform = uniformOf(createRandom(34));
  const rare = () => Math.floor(60 * uniform() ** 3);
  const shifted = () => (uniform() < 0.1 ? 60 : rare());
  const findings = Array.from({ length: 200 }, () =>
    compareMix({ reference: mixSide(1_500, 61, rare), current: mixSide(300, 61, shifted), alpha: 0.001 }),
  );
  const told = findings.filter(({ p, share_low }) => p < 0.001 && share_low > 0.02).length;
  expect(told).toBeGreaterThan(150);
});
