import {
  createFit,
  createSketcher,
  DetectorError,
  emptySketch,
  mergeSketches,
  SketchMismatchError,
  sketchUnits,
  sketchVectors,
  vectorFault,
} from '@sextant/detectors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernel_section, leafCounts, noveltyCounts } from '../../../detectors/src/sketches/layout.ts';
import { cloud } from '../support/gaussian.ts';

const dimension = 12;
const fit = createFit({ encoder: 'test', dimension, vectors: cloud({ count: 200, dimension, seed: 1 }) });
const vectors = cloud({ count: 120, dimension, seed: 2 });
const whole = sketchVectors(fit, vectors);

describe('sketches', () => {
  test('merge to the same integers, however the vectors were split and ordered', () => {
    const assignment = fc.array(fc.nat({ max: 4 }), { minLength: vectors.length, maxLength: vectors.length });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 });
    fc.assert(
      fc.property(assignment, order, (parts, merge_order) => {
        const sketches = [0, 1, 2, 3, 4].map((part) => {
          const rows = vectors.filter((_, row) => parts[row] === part);
          return sketchVectors(fit, rows.toReversed());
        });
        const merged = merge_order.reduce(
          (sum, part) => mergeSketches(sum, sketches[part]!),
          emptySketch(fit),
        );
        expect(merged).toEqual(whole);
      }),
      { seed: 4, numRuns: 30 },
    );
  });

  test('are whole numbers, and count every vector once', () => {
    expect(whole.sums.every(Number.isSafeInteger)).toBe(true);
    expect(whole.count).toBe(vectors.length);
    expect(noveltyCounts(whole.sums, fit).reduce((sum, count) => sum + count, 0)).toBe(vectors.length);
  });

  test('are the same on every machine', () => {
    // Integers of one vector, as first computed; a change of any of them needs a new sketch version.
    const ramp = Float32Array.from({ length: dimension }, (_, i) => (i - 5) / 8);
    const plain = {
      ...fit,
      median_distance: 4,
      centres: { dimension, values: new Float32Array(dimension) },
      parents: new Int32Array(1),
    };
    const { sums } = sketchVectors(plain, [ramp]);
    expect(Array.from(sums.subarray(0, 4))).toMatchInlineSnapshot(`
      [
        500409,
        -1043463,
        -1047122,
        1046431,
      ]
    `);
    const total = sums.subarray(0, kernel_section.length).reduce((sum, value) => sum + value, 0);
    expect(total).toMatchInlineSnapshot(`24730201`);
  });

  test('of unlike fits do not merge', () => {
    const other = createFit({
      encoder: 'other',
      dimension,
      vectors: cloud({ count: 200, dimension, seed: 1 }),
    });
    expect(other.id).not.toBe(fit.id);
    expect(() => mergeSketches(emptySketch(fit), emptySketch(other))).toThrow(SketchMismatchError);
    expect(() => createSketcher(fit).add(vectors[0]!, [emptySketch(other)])).toThrow(SketchMismatchError);
  });

  test('one vector goes into several sketches at once', () => {
    const [all, slice] = [emptySketch(fit), emptySketch(fit)];
    const sketcher = createSketcher(fit);
    for (const [row, vector] of vectors.entries()) sketcher.add(vector, row % 2 === 0 ? [all, slice] : [all]);
    expect(all).toEqual(whole);
    expect(slice).toEqual(
      sketchVectors(
        fit,
        vectors.filter((_, row) => row % 2 === 0),
      ),
    );
  });

  test.each([
    ['wrong_dimension', new Float32Array(dimension - 1)],
    ['not_finite', new Float32Array(dimension).fill(Number.NaN)],
    ['not_finite', new Float32Array(dimension).with(3, Number.POSITIVE_INFINITY)],
    ['too_large', new Float32Array(dimension).with(3, -1_025)],
  ])('refuse a vector: %s', (fault, vector) => {
    expect(vectorFault(vector, dimension)).toBe(fault);
    const sketch = emptySketch(fit);
    expect(() => createSketcher(fit).add(vector, [sketch])).toThrow(DetectorError);
    expect(sketch).toEqual(emptySketch(fit));
  });

  test('count units: a conversation says as much as one message, whatever the order of its messages', () => {
    const units = Array.from({ length: 40 }, (_, unit) => vectors.slice(unit * 3, unit * 3 + 3));
    const sketch = sketchUnits(fit, units);
    expect(sketch.count).toBe(40);
    expect(sketch.sums.every(Number.isSafeInteger)).toBe(true);
    expect(sketchUnits(fit, units.map((unit) => unit.toReversed()).toReversed())).toEqual(sketch);
    const leaves = leafCounts(sketch.sums, fit);
    expect(leaves.reduce((sum, count) => sum + count, 0)).toBeCloseTo(40, 3);
    // Means of three have the same mean and about a third of the variance.
    for (const [index, sum] of sketch.sums.subarray(0, kernel_section.length).entries()) {
      expect(Math.abs(sum * 3 - (whole.sums[index] as number))).toBeLessThan(120);
    }
    const repeated = sketchUnits(
      fit,
      vectors.map((vector) => [vector, vector, vector]),
    );
    expect(repeated).toEqual(whole);
  });

  test('the largest vectors that are taken leave room for eight million units', () => {
    const largest = new Float32Array(dimension).fill(1_024);
    const { sums } = sketchVectors(fit, [largest]);
    expect(sums.every((sum) => Math.abs(sum) * 8e6 < Number.MAX_SAFE_INTEGER)).toBe(true);
  });
});
