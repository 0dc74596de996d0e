import { expect, test } from 'vitest';
import { createDistance, dealtDistanceTail } from '../../../detectors/src/families/dealt-distance.ts';
import { squaredDistance } from '../../../detectors/src/families/squared-distance.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { categoryTraces } from '../../../detectors/src/statistics/category-traces.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';

/** As uneven as words: most clusters have not one unit in a small window. */
const law = Array.from({ length: 150 }, (_, cluster) => 1 / (cluster + 1));
const total = law.reduce((sum, weight) => sum + weight, 0);
/** From shares that a fit of few vectors saw. */
const weights = Float64Array.from(law, (weight, i) => 2 / (((0.5 + (i % 3)) * weight) / total + 1 / 150));

function draw(count: number, random: () => number, grown = 0) {
  const counts = new Float64Array(law.length);
  for (let unit = 0; unit < count; unit++) {
    let left = (random() / 2 ** 32) * total;
    let cluster = 0;
    while (cluster < law.length - 1 && left >= law[cluster]!) left -= law[cluster++]!;
    counts[unit < grown ? 40 : cluster]! += 1;
  }
  return { count, counts };
}

function sides(current: ReturnType<typeof draw>, reference: ReturnType<typeof draw>) {
  const side = ({ count, counts }: ReturnType<typeof draw>) => ({
    count,
    mean: counts.map((value, i) => (value / count) * Math.sqrt(weights[i]!)),
    mean_square: counts.reduce((sum, value, i) => sum + value * weights[i]!, 0) / count,
  });
  const shares = current.counts.map(
    (value, i) => (value + reference.counts[i]!) / (current.count + reference.count),
  );
  return squaredDistance(side(current), side(reference), {
    traces: categoryTraces(shares, weights),
  });
}

test('the distance is the estimate of the squared distance between means', () => {
  const random = createRandom(1);
  for (const [n, m] of [
    [30, 2_000],
    [50, 50],
  ] as const) {
    const [current, reference] = [draw(n, random), draw(m, random)];
    const totals = current.counts.map((count, i) => count + reference.counts[i]!);
    expect(createDistance({ weights, totals, n, m })(current.counts)).toBeCloseTo(
      sides(current, reference).estimate,
      10,
    );
  }
});

test.each([
  [50, 500],
  [400, 60],
])('is exact where nearly all clusters are rare: window of %d, reference of %d', (n, m) => {
  const windows = 4_000;
  const random = createRandom(2);
  const tails = Array.from({ length: windows }, () =>
    dealtDistanceTail({ weights, current: draw(n, random), reference: draw(m, random) }),
  );
  for (const alpha of [0.05, 0.01, 0.001]) {
    const below = tails.filter((p) => p <= alpha).length;
    const { low, high } = clopperPearson(below, windows, 0.99);
    console.info(`null, dealt clusters, n=${n}: p <= ${alpha} in ${below} of ${windows}`);
    expect(low).toBeLessThan(alpha);
    expect(high).toBeGreaterThan(0.9 * alpha);
  }
});

test('finds a rare cluster that grew to a tenth', () => {
  const random = createRandom(3);
  const tails = Array.from({ length: 50 }, () =>
    dealtDistanceTail({ weights, current: draw(100, random, 10), reference: draw(2_000, random) }),
  );
  expect(tails.filter((p) => p < 0.001).length).toBeGreaterThan(40);
});
