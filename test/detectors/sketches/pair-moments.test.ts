import { describe, expect, test } from 'vitest';
import { fitPairMoments } from '../../../detectors/src/sketches/fit-pair-moments.ts';
import { estimateTraces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { concentrationOf } from '../../../detectors/src/sketches/pair-moments.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { gaussian } from '../support/gaussian.ts';

const [leaf_count, dimension] = [12, 40];
/** Two leaves have one parent. */
const shape = { parents: Int32Array.from({ length: leaf_count }, (_, leaf) => Math.floor(leaf / 2)) };

/** Units of these leaves in turn: each leaf has a direction of its own, in which its units are scattered less. */
function unitsOf(leaves: readonly number[], { count, seed }: { count: number; seed: number }) {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, unit) => {
    const leaf = leaves[unit % leaves.length] as number;
    const features = Float64Array.from(
      { length: dimension },
      (_, i) => (i === leaf ? 1 : 0) + 0.15 * gaussian(random),
    );
    return { features, leaves: Float64Array.from({ length: leaf_count }, (_, i) => (i === leaf ? 1 : 0)) };
  });
}

function fitted() {
  const units = unitsOf(
    Array.from({ length: leaf_count }, (_, leaf) => leaf),
    { count: 1_200, seed: 1 },
  );
  const traces = estimateTraces(units.map(({ features }) => features));
  return { units, traces, moments: fitPairMoments(units, shape, { held_out: 600, traces, narrow: [] }) };
}

function mixOf(leaves: readonly number[], count: number) {
  const counts = new Float64Array(leaf_count);
  for (let unit = 0; unit < count; unit++) {
    const leaf = leaves[unit % leaves.length] as number;
    counts[leaf] = (counts[leaf] as number) + 1;
  }
  return { counts, count };
}

describe('concentrationOf', () => {
  const { traces, moments } = fitted();

  test('is that of the covariance for the population of the fit', () => {
    const times = moments.concentration / (traces.second / traces.first ** 2);
    expect(times).toBeGreaterThan(0.95);
    expect(times).toBeLessThan(1.05);
  });

  // The oracle has units of the narrow population itself, which the fit has not.
  test.each([
    // All that units of one leaf differ by is within it, where they count as their mean.
    [[3], 2.5],
    [[2, 3], 1.25],
    [[0, 5, 5, 5], 1.25],
    [[1, 4, 7, 10], 1.1],
    [[0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 1.1],
  ])('is that of a population of the leaves %j, or up to %d times as much', (leaves, most) => {
    const { first, second } = estimateTraces(
      unitsOf(leaves, { count: 400, seed: 2 }).map(({ features }) => features),
    );
    const expected = second / first ** 2;
    for (const count of [60, 4_000]) {
      const found = concentrationOf(moments, mixOf(leaves, count), shape);
      expect(found / expected).toBeGreaterThan(0.9);
      expect(found / expected).toBeLessThan(most);
    }
  });

  test('has no bias from the luck of few units', () => {
    const random = createRandom(3);
    const found = Array.from({ length: 400 }, () => {
      const drawn = Array.from({ length: 30 }, () => random() % leaf_count);
      return concentrationOf(moments, mixOf(drawn, 30), shape);
    });
    const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
    expect(mean / moments.concentration).toBeGreaterThan(0.9);
    expect(mean / moments.concentration).toBeLessThan(1.1);
  });
});

describe('fitPairMoments', () => {
  test('leaves a leaf that no pair is in with what others have', () => {
    const units = unitsOf([0, 1, 2, 3], { count: 200, seed: 4 });
    const traces = estimateTraces(units.map(({ features }) => features));
    const { within, between, lengths } = fitPairMoments(units, shape, { held_out: 100, traces, narrow: [] });
    const numbers = [
      ...within.products,
      ...within.squares,
      ...between.products,
      ...between.squares,
      ...lengths,
    ];
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(within.products[11]).toBeGreaterThan(0.2);
  });

  test('learns by which power narrow samples are more concentrated than their leaves tell', () => {
    // Units of one half of a leaf are alike, and no leaf tells which half a unit is in.
    const units = unitsOf([0, 1, 2, 3, 4, 5], { count: 1_200, seed: 5 }).map(({ features, leaves }, unit) => {
      const half = Math.floor(unit / 6) % 2;
      const own = 20 + 2 * leaves.indexOf(1) + half;
      return { leaves, features: features.map((value, i) => value + (i === own ? 1 : 0)) };
    });
    const traces = estimateTraces(units.map(({ features }) => features));
    const first_halves = (leaves: readonly number[]) =>
      units.flatMap((unit, index) =>
        Math.floor(index / 6) % 2 === 0 && leaves.includes(unit.leaves.indexOf(1)) ? [index] : [],
      );
    const whole = (leaves: readonly number[]) =>
      units.flatMap((unit, index) => (leaves.includes(unit.leaves.indexOf(1)) ? [index] : []));
    const exponent = (narrow: readonly (readonly number[])[]) =>
      fitPairMoments(units, shape, { held_out: 600, traces, narrow }).exponent;
    expect(exponent([whole([0, 1]), whole([2, 5])])).toBeLessThan(1.1);
    expect(exponent([first_halves([0, 1]), first_halves([2, 5])])).toBeGreaterThan(1.15);
    expect(exponent([])).toBe(1);
  });
});
