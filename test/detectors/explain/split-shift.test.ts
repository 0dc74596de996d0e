import { addUnit, mergeSketches, startSketch } from '@sextant/detectors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitShift } from '../../../detectors/src/explain/split-shift.ts';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { uniformOf } from '../support/skew-windows.ts';

const values = ['a', 'b', 'c', 'd', 'e'];
const fit = categoryKind.createFit({
  source: 's',
  units: Array.from({ length: 60 }, (_, i) => [values[i % 5] as string]),
});
const weights = new Float64Array(categoryKind.sumsLength(fit)).fill(1, 0, values.length);

function sketch(units: readonly string[]) {
  const measure = categoryKind.createMeasure(fit);
  const grown = startSketch(categoryKind, fit);
  for (const unit of units) addUnit(grown, measure([unit]));
  return grown;
}

test('the parts sum to the whole, also where segments are on one side only', () => {
  const units = fc.array(fc.constantFrom(...values), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.tuple(units, units), { minLength: 2, maxLength: 6 }), (sides) => {
      fc.pre(sides.some(([a]) => a.length > 0) && sides.some(([, b]) => b.length > 0));
      const segments = sides.map(([a, b], i) => ({ name: `${i}`, reference: sketch(a), current: sketch(b) }));
      const split = splitShift({ segments, weights });
      const before = segments.map(({ reference }) => reference).reduce(mergeSketches, sketch([]));
      const after = segments.map(({ current }) => current).reduce(mergeSketches, sketch([]));
      const whole = weights.reduce((sum, weight, i) => {
        return sum + weight * (after.sums[i]! / after.count - before.sums[i]! / before.count) ** 2;
      }, 0);
      expect(split.shift / whole || 1).toBeCloseTo(1, 9);
      const parts = split.segments.reduce((sum, { mix, within }) => sum + mix + within, 0);
      expect(parts / (whole || 1)).toBeCloseTo(whole > 0 ? 1 : 0, 6);
    }),
    { seed: 2, numRuns: 100 },
  );
});

test('a segment that only became more frequent changed the mix, one with other values changed within', () => {
  const split = splitShift({
    segments: [
      { name: 'same', reference: sketch(['a', 'b']), current: sketch(['a', 'b']) },
      { name: 'other', reference: sketch(['a', 'a']), current: sketch(['c', 'c']) },
    ],
    weights,
  });
  expect(split.segments[0]).toMatchObject({ name: 'other', mix: 0, part: 1 });
  const grown = splitShift({
    segments: [
      { name: 'first', reference: sketch(['a', 'a']), current: sketch(['a']) },
      { name: 'second', reference: sketch(['b']), current: sketch(['b', 'b']) },
    ],
    weights,
  });
  for (const { mix, within } of grown.segments) {
    expect(within).toBe(0);
    expect(mix).toBeGreaterThan(0);
  }
});

test('the one of 20 segments that drifts is among the first three in nine of ten windows', () => {
  const uniform = uniformOf(createRandom(9));
  const draw = (count: number, drifted: boolean) =>
    Array.from({ length: count }, () => {
      return drifted && uniform() < 0.5 ? 'never seen' : (values[Math.floor(uniform() * 5)] as string);
    });
  const all = new Float64Array(weights.length).fill(1, 0, values.length + 16);
  let found = 0;
  for (let window = 0; window < 200; window++) {
    const guilty = Math.floor(uniform() * 20);
    const segments = Array.from({ length: 20 }, (_, i) => ({
      name: `${i}`,
      reference: sketch(draw(100, false)),
      current: sketch(draw(25, i === guilty)),
    }));
    const first = splitShift({ segments, weights: all }).segments.slice(0, 3);
    if (first.some(({ name }) => name === `${guilty}`)) found += 1;
  }
  expect(found / 200).toBeGreaterThanOrEqual(0.9);
});
