import fc from 'fast-check';
import { expect, test } from 'vitest';
import { benjaminiHochberg } from '../../../detectors/src/multiplicity/benjamini-hochberg.ts';
import { eValueOf } from '../../../detectors/src/multiplicity/calibrator.ts';
import { eBenjaminiHochberg } from '../../../detectors/src/multiplicity/e-benjamini-hochberg.ts';
import { simes } from '../../../detectors/src/multiplicity/simes.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { normalTail } from '../../../detectors/src/statistics/normal-tail.ts';
import { gaussian } from '../support/gaussian.ts';

const p_values = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.01, 0.5)),
  {
    maxLength: 12,
  },
);

/** The largest set of k hypotheses of which each has p at most k · level / m, found by trying every set. */
function largestSet(values: readonly number[], level: number): number[] {
  let best: number[] = [];
  for (let set = 0; set < 1 << values.length; set++) {
    const places = Array.from(values.keys()).filter((place) => set & (1 << place));
    const fits = places.every(
      (place) => (values[place] as number) <= (places.length * level) / values.length,
    );
    if (fits && places.length > best.length) best = places;
  }
  return best;
}

test('rejects the largest set that its definition allows', () => {
  fc.assert(
    fc.property(p_values, fc.constantFrom(0.01, 0.1, 0.5), (values, level) => {
      expect(benjaminiHochberg(values, level)).toEqual(largestSet(values, level));
    }),
    { seed: 1 },
  );
});

test("Simes' value is at most the level just where Benjamini and Hochberg reject something", () => {
  fc.assert(
    fc.property(p_values, fc.constantFrom(0.02, 0.13, 0.5), (values, level) => {
      fc.pre(values.length > 0 && Math.abs(simes(values) - level) > 1e-12);
      expect(simes(values) <= level).toBe(benjaminiHochberg(values, level).length > 0);
    }),
    { seed: 1 },
  );
});

/** Mean share of false rejections and of true ones found, among 20 hypotheses of which 5 are false. */
function rates(
  reject: (z: readonly number[]) => number[],
  correlation: number,
  rounds = 4_000,
): { false_share: number; spread: number; found: number } {
  const random = createRandom(8);
  const shares: number[] = [];
  let found = 0;
  for (let round = 0; round < rounds; round++) {
    const common = gaussian(random) * Math.sqrt(correlation);
    const z = Array.from(
      { length: 20 },
      (_, place) => (place < 5 ? 3 : 0) + common + gaussian(random) * Math.sqrt(1 - correlation),
    );
    const rejected = reject(z);
    shares.push(rejected.filter((place) => place >= 5).length / Math.max(rejected.length, 1));
    found += rejected.filter((place) => place < 5).length / 5 / rounds;
  }
  const false_share = shares.reduce((sum, share) => sum + share, 0) / rounds;
  const variance = shares.reduce((sum, share) => sum + (share - false_share) ** 2, 0) / rounds;
  return { false_share, spread: Math.sqrt(variance / rounds), found };
}

test('the share of false rejections is the level times the share of true hypotheses', () => {
  const { false_share, spread, found } = rates((z) => benjaminiHochberg(z.map(normalTail), 0.2), 0);
  expect(Math.abs(false_share - 0.2 * 0.75)).toBeLessThan(4 * spread);
  expect(found).toBeGreaterThan(0.8);
});

test.each([0, 0.9])('e-values keep the level when they correlate by %d', (correlation) => {
  // exp(2z - 2) is the likelihood ratio of a shift by 2, an e-value.
  const reject = (z: readonly number[]) =>
    eBenjaminiHochberg(
      z.map((value) => Math.exp(2 * value - 2)),
      0.2,
    );
  const { false_share, spread, found } = rates(reject, correlation);
  expect(false_share - 4 * spread).toBeLessThan(0.2 * 0.75);
  expect(found).toBeGreaterThan(0.2);
});

test('the calibrator turns p-values into e-values: its integral is 1, and it falls', () => {
  // With p = exp(-t) the integral over p is that of e(exp(-t)) · exp(-t) over t, whose tail beyond T is about 1/T.
  const step = 0.001;
  let integral = 0;
  for (let t = step / 2; t < 500; t += step) integral += eValueOf(Math.exp(-t)) * Math.exp(-t) * step;
  expect(integral + 1 / 500).toBeCloseTo(1, 3);
  for (const [low, high] of [
    [1e-300, 1e-9],
    [1e-9, 0.01],
    [0.01, 0.9],
    [0.99985, 0.99995],
    [0.9999, 1],
  ] as const)
    expect(eValueOf(low)).toBeGreaterThan(eValueOf(high));
  expect(eValueOf(0)).toBe(Number.POSITIVE_INFINITY);
  expect(eValueOf(1)).toBe(0.5);
});
