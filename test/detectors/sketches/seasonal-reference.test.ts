import {
  type AnyFit,
  addUnit,
  type FeatureKind,
  type GrowingSketch,
  mergeSketches,
  type Season,
  type Sketch,
  SketchMismatchError,
  seasonalReference,
  startSketch,
} from '@sextant/detectors';
import { expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { type Uniform, uniformOf } from '../support/skew-windows.ts';

const hours = 24;
const windows = 100;
/** By day there is more traffic than by night, and the window has another day than the reference. */
const traffic = (hour: number, shift: number) =>
  1 + Math.sin(((hour + shift) / hours) * 2 * Math.PI) ** 2 * 6;

function rates<Value, Fit extends AnyFit>(
  kind: FeatureKind<Value, Fit>,
  unit: (uniform: Uniform, hour: number) => readonly Value[],
) {
  const uniform = uniformOf(createRandom(5));
  const units = Array.from({ length: 1_500 }, (_, i) => unit(uniform, i % hours));
  const fit = kind.createFit({ source: 'test', units });
  const measure = kind.createMeasure(fit);
  const fill = (hour: number, count: number): GrowingSketch => {
    const sketch = startSketch(kind, fit);
    for (let i = 0; i < count; i++) addUnit(sketch, measure(unit(uniform, hour)));
    return sketch;
  };
  const alarms = { mixed: 0, plain: 0 };
  for (let window = 0; window < windows; window++) {
    const seasons: Season[] = [];
    let [current, plain]: [Sketch, Sketch] = [startSketch(kind, fit), startSketch(kind, fit)];
    for (let hour = 0; hour < hours; hour++) {
      const now = fill(hour, Math.floor(traffic(hour, 6) * 2 * uniform()));
      const reference = fill(hour, Math.ceil(traffic(hour, 0) * 6));
      seasons.push({ reference, current_units: now.count });
      current = mergeSketches(current, now);
      plain = mergeSketches(plain, reference);
    }
    const isAlarm = (reference: Sketch) => {
      const verdict = kind.detectors[0]?.detect({ fit, reference, current, alpha: 0.05, tolerance: 0 });
      return (verdict?.p as number) < 0.05;
    };
    if (isAlarm(seasonalReference(seasons)?.sketch as Sketch)) alarms.mixed += 1;
    if (isAlarm(plain)) alarms.plain += 1;
  }
  return alarms;
}

const cycle = (hour: number) => Math.sin((hour / hours) * 2 * Math.PI) ** 2;

test('a rhythm of the day is no drift of categories, and was one without re-mixing', () => {
  const { mixed, plain } = rates(categoryKind, (uniform, hour) => [
    uniform() < 0.1 + 0.8 * cycle(hour) ? 'by day' : `${Math.floor(uniform() * 4)}`,
  ]);
  expect(clopperPearson(mixed, windows).low).toBeLessThanOrEqual(0.06);
  expect(plain).toBeGreaterThan(windows / 2);
});

test('a rhythm of the day is no drift of numbers, and was one without re-mixing', () => {
  const { mixed, plain } = rates(numberKind, (uniform, hour) => [3 * cycle(hour) + uniform()]);
  expect(clopperPearson(mixed, windows).low).toBeLessThanOrEqual(0.06);
  expect(plain).toBeGreaterThan(windows / 2);
});

const sketchOf = (count: number, ...sums: number[]): Sketch => ({
  id: 'a',
  count,
  sums: Float64Array.from(sums),
});

test('has the weights of the window and the effective number of units, in whole numbers', () => {
  const found = seasonalReference([
    { reference: sketchOf(100, 100, 20), current_units: 30 },
    { reference: sketchOf(400, 40, 4), current_units: 10 },
    { reference: sketchOf(0, 0, 0), current_units: 5 },
    { reference: sketchOf(70, 7, 7), current_units: 0 },
  ]);
  // ¾ and ¼: 1 / (0.5625 / 100 + 0.0625 / 400) = 172.97.
  expect(found?.sketch).toEqual(sketchOf(172, Math.round(172 * 0.775), Math.round(172 * 0.1525)));
  expect(found?.uncovered_units).toBe(5);
});

test('is the plain sum where the window comes as the reference did', () => {
  const [a, b] = [sketchOf(100, 30, 11), sketchOf(300, 60, 7)];
  const seasons = [
    { reference: a, current_units: 10 },
    { reference: b, current_units: 30 },
  ];
  expect(seasonalReference(seasons)?.sketch).toEqual(mergeSketches(a, b));
});

test('of nothing is nothing, and unlike sketches are an error', () => {
  expect(seasonalReference([])).toBeNull();
  expect(seasonalReference([{ reference: sketchOf(0, 0), current_units: 3 }])).toEqual({
    sketch: sketchOf(0, 0),
    uncovered_units: 3,
  });
  const foreign = { ...sketchOf(1, 1), id: 'b' };
  expect(() =>
    seasonalReference([
      { reference: sketchOf(1, 1), current_units: 1 },
      { reference: foreign, current_units: 1 },
    ]),
  ).toThrow(SketchMismatchError);
});
