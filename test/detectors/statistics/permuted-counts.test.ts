import { expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { monteCarloTail, sequentialTails } from '../../../detectors/src/statistics/monte-carlo-tail.ts';
import { permutedCounts } from '../../../detectors/src/statistics/permuted-counts.ts';
import { gaussian } from '../support/gaussian.ts';

const draws = 8_000;

test.each([
  ['rare places', [3, 4, 1, 2], [9, 12, 3, 6], 10],
  ['frequent and rare places', [300, 150, 2, 3], [900, 600, 8, 7], 10],
  ['places of a few units, as frequent ones', [6, 30, 9, 15], [30, 120, 30, 60], 1],
])('%s have the moments of the multivariate hypergeometric law', (_name, first, second, dense_min) => {
  const sums = first.map(() => 0);
  const squares = first.map(() => 0);
  const plan = { first: Float64Array.from(first), second: Float64Array.from(second), draws, dense_min };
  const totals = first.map((count, place) => count + (second[place] as number));
  for (const dealt of permutedCounts(plan)) {
    totals.forEach((total, place) => {
      const count = dealt.first[place] as number;
      expect(count + (dealt.second[place] as number)).toBeCloseTo(total, 9);
      sums[place] = (sums[place] as number) + count;
      squares[place] = (squares[place] as number) + count ** 2;
    });
  }
  const [n, all] = [first.reduce((a, b) => a + b, 0), totals.reduce((a, b) => a + b, 0)];
  totals.forEach((total, place) => {
    const mean = (sums[place] as number) / draws;
    const variance = (squares[place] as number) / draws - mean ** 2;
    const share = total / all;
    const wanted = n * share * (1 - share) * ((all - n) / (all - 1));
    expect(Math.abs(mean - n * share)).toBeLessThan(4 * Math.sqrt(wanted / draws));
    expect(Math.abs(variance / wanted - 1)).toBeLessThan(0.1);
  });
});

test('parts of units are never dealt as none', () => {
  const sides = { first: Float64Array.of(0, 60), second: Float64Array.of(0.4, 599.6) };
  const seen = Array.from(
    permutedCounts({ ...sides, draws: 10, dense_min: 10 }),
    ({ first, second }) => (first[0] as number) + (second[0] as number),
  );
  expect(seen).toEqual(new Array(10).fill(1));
});

test('the tail is counted, and beyond the draws goes on falling', () => {
  // Quantiles of the exponential law, which is a chi-square law.
  const exponential = Float64Array.from({ length: 1_000 }, (_, i) => -Math.log((i + 0.5) / 1_000));
  expect(monteCarloTail(0, exponential)).toBe(1);
  expect(monteCarloTail(1, exponential)).toBeCloseTo(Math.exp(-1), 2);
  for (const value of [7, 12]) {
    const ratio = monteCarloTail(value, exponential) / Math.exp(-value);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  }
  expect(monteCarloTail(2, new Float64Array(99).fill(1))).toBeCloseTo(0.01, 12);
});

test('draws that end early give p-values no smaller than uniform ones', () => {
  const random = createRandom(31);
  const uniform = () => (random() + 0.5) / 2 ** 32;
  const exponential = () => [-Math.log(uniform()), -Math.log(uniform())] as const;
  const rounds = 3_000;
  let taken = 0;
  function* draws() {
    for (let draw = 0; draw < 1_000; draw++) {
      taken += 1;
      yield exponential();
    }
  }
  const found = Array.from({ length: rounds }, () => sequentialTails(exponential(), draws())[1] as number);
  for (const alpha of [0.5, 0.05, 0.01]) {
    const below = found.filter((p) => p <= alpha).length / rounds;
    const error = 3 * Math.sqrt((alpha * (1 - alpha)) / rounds);
    expect(below, `at ${alpha}`).toBeLessThan(alpha + error);
    expect(below, `at ${alpha}`).toBeGreaterThan(0.9 * alpha - error);
  }
  // The smaller of two p-values decides: 20·(1 + 2·ln) of 1,000 draws on average, and all of them for some.
  expect(taken / rounds).toBeLessThan(200);
});

test('beyond what is drawn, is the tail of the law with the moments of the draws', () => {
  const random = createRandom(33);
  const normals = function* () {
    for (let draw = 0; draw < 10_000; draw++) yield [gaussian(random)];
  };
  expect(Math.log10((sequentialTails([5], normals())[0] as number) / 2.87e-7)).toBeCloseTo(0, 0);
  expect(sequentialTails([-10], normals())).toEqual([1]);
});
