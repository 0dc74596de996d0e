import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { bridgeSquareTail } from '../../../detectors/src/statistics/bridge-square-tail.ts';
import { bridgeSupremumTail } from '../../../detectors/src/statistics/bridge-supremum-tail.ts';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';
import { gaussian } from '../support/gaussian.ts';

const even = (bins: number) => Array.from({ length: bins - 1 }, (_, i) => (i + 1) / bins);
const grids = {
  'four values': even(4),
  'forty values': even(40),
  'seven tenths in one value': [0.7, 0.72, 0.8, 0.83, 0.84, 0.9, 0.97],
  'values at either end': [0.01, 0.02, 0.05, 0.95, 0.99],
};
const draws = 20_000;
const tails = [0.5, 0.1, 0.05, 0.01, 0.002];

/** Bridges at the times, each from the sums of independent normal steps. */
function* bridges(times: readonly number[]): Generator<number[]> {
  const random = createRandom(17);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    const walk = [...times, 1].map((time, i) => {
      sum += Math.sqrt(time - (times[i - 1] ?? 0)) * gaussian(random);
      return sum;
    });
    yield times.map((time, i) => (walk[i] as number) - time * (walk.at(-1) as number));
  }
}

function expectTails(found: readonly number[], tailOf: (value: number) => number, slack: number): void {
  const sorted = found.toSorted((a, b) => b - a);
  for (const tail of tails) {
    const error = 4 * Math.sqrt((tail * (1 - tail)) / draws) + slack * tail;
    expect(Math.abs(tailOf(sorted[tail * draws] as number) - tail), `at ${tail}`).toBeLessThan(error);
  }
}

describe('the largest size of a bridge', () => {
  test.each(Object.entries(grids))('has the tail of simulated ones: %s', (_name, times) => {
    const found = Array.from(bridges(times), (bridge) => Math.max(...bridge.map(Math.abs)));
    expectTails(found, (value) => bridgeSupremumTail(value, times), 0.02);
  });

  test('at one time is that of a normal variable, far out too', () => {
    for (const time of [0.01, 0.1, 0.5, 0.7, 0.99]) {
      for (const z of [0.5, 2, 4, 6]) {
        const tail = bridgeSupremumTail(z * Math.sqrt(time * (1 - time)), [time]);
        expect(tail / (2 * normalTail(z))).toBeCloseTo(1, 2);
      }
    }
  });

  test('where nearly all is one value, goes on far out where that is seen at single times', () => {
    const ends = Array.from({ length: 40 }, (_, i) => (i + 1) * 1e-6);
    const times = [...ends, ...ends.map((time) => 1 - time).reverse()];
    const deviation = Math.sqrt(4e-5 * (1 - 4e-5));
    const [near, beyond] = [7.999, 8.001].map((z) => bridgeSupremumTail(z * deviation, times)) as [
      number,
      number,
    ];
    expect(beyond).toBeGreaterThan(near * 0.9);
    expect(beyond).toBeLessThan(near * 3);
    expect(bridgeSupremumTail(3, times)).toBeLessThan(1e-300);
    expect(bridgeSupremumTail(3, [0, ...times, 1])).toBeLessThan(1e-300);
  });

  test('comes near to the law of Kolmogorov as times close up, from below', () => {
    for (const [value, tail] of [
      [1.2238, 0.1],
      [1.3581, 0.05],
      [1.6276, 0.01],
      [1.9495, 0.001],
    ] as const) {
      const ratios = [16, 64, 256].map((bins) => bridgeSupremumTail(value, even(bins)) / tail);
      expect(ratios).toEqual(ratios.toSorted((a, b) => a - b));
      expect(ratios[2]).toBeGreaterThan(0.74);
      expect(ratios[2]).toBeLessThan(1);
      // Seen now and then it is lower by 0.58 steps (Chernoff; Siegmund, "Sequential analysis", 1985, chapter X).
      const shifted = value + 0.5826 * Math.sqrt(1 / 256);
      const series = 2 * Math.exp(-2 * shifted ** 2) - 2 * Math.exp(-8 * shifted ** 2);
      expect((ratios[2] as number) * tail).toBeGreaterThan(0.97 * series);
      expect((ratios[2] as number) * tail).toBeLessThan(1.03 * series);
    }
  });

  test('is certain for nothing, and never more than certain', () => {
    expect(bridgeSupremumTail(0, even(8))).toBe(1);
    expect(bridgeSupremumTail(0.5, [])).toBe(1);
    for (const value of [1e-3, 0.1, 0.3]) expect(bridgeSupremumTail(value, even(200))).toBeGreaterThan(0.99);
    expect(bridgeSupremumTail(30, even(8))).toBeLessThan(1e-300);
  });
});

describe('the sum of squares of a bridge', () => {
  test.each(Object.entries(grids))('has the tail of simulated ones: %s', (_name, times) => {
    for (const weights of [times.map(() => 1), times.map((time) => 1 / (time * (1 - time)))]) {
      const found = Array.from(bridges(times), (bridge) =>
        bridge.reduce((sum, value, i) => sum + (weights[i] as number) * value ** 2, 0),
      );
      expectTails(found, (value) => bridgeSquareTail(value, { times, weights }), 0.04);
    }
  });

  test('has the critical values of Anderson and Darling, 1952 and 1954', () => {
    const times = even(512);
    const plain = { times, weights: times.map(() => 1 / 512) };
    const weighted = { times, weights: times.map((time) => 1 / (512 * time * (1 - time))) };
    const cases = [
      [plain, 0.3473, 0.1],
      [plain, 0.46136, 0.05],
      [plain, 0.74346, 0.01],
      [plain, 1.16786, 0.001],
      [weighted, 1.933, 0.1],
      [weighted, 2.492, 0.05],
      [weighted, 3.857, 0.01],
    ] as const;
    for (const [bridge, value, tail] of cases) {
      expect(Math.abs(bridgeSquareTail(value, bridge) / tail - 1)).toBeLessThan(0.04);
    }
  });

  test('at one time is that of a squared normal variable, within a few per cent', () => {
    for (const z of [0.3, 1, 1.001, 2, 3.3, 5]) {
      const tail = bridgeSquareTail(0.24 * z ** 2, { times: [0.6], weights: [1] });
      expect(Math.abs(tail / (2 * normalTail(z)) - 1), `z = ${z}`).toBeLessThan(0.07);
    }
  });

  test('falls without a step, also where the formula is undetermined', () => {
    const bridge = { times: even(10), weights: even(10).map(() => 1) };
    const mean = even(10).reduce((sum, time) => sum + time * (1 - time), 0);
    const values = Array.from({ length: 41 }, (_, i) => mean * (0.98 + i / 1000));
    const found = values.map((value) => bridgeSquareTail(value, bridge));
    for (let i = 1; i < found.length; i++) {
      const fall = (found[i - 1] as number) - (found[i] as number);
      expect(fall).toBeGreaterThan(0);
      expect(fall).toBeLessThan(0.002);
    }
    expect(bridgeSquareTail(0, bridge)).toBe(1);
    expect(bridgeSquareTail(1, { times: [], weights: [] })).toBe(1);
  });
});
