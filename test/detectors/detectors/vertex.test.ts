import {
  type AnyFit,
  addUnit,
  compatible_detectors,
  type FeatureKind,
  SketchMismatchError,
  startSketch,
} from '@sextant/detectors';
import { expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { equalWidthCounts } from '../../../detectors/src/statistics/equal-width-counts.ts';

const [vertexLinf] = compatible_detectors.category;
const [vertexJs] = compatible_detectors.number;
const levels = { alpha: 0.001, tolerance: 0.02 };

function prepare<Value, Fit extends AnyFit>(kind: FeatureKind<Value, Fit>, values: readonly Value[]) {
  const fit = kind.createFit({ source: 's', units: values.map((value) => [value]) });
  const measure = kind.createMeasure(fit);
  return {
    fit,
    sketch: (of: readonly Value[]) => {
      const grown = startSketch(kind, fit);
      for (const value of of) addUnit(grown, measure([value]));
      return grown;
    },
  };
}

/** So many of each. */
function repeated(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([value, count]) => new Array<string>(count).fill(value));
}

test('vertex-linf alarms where one share moved by more than 0.3', () => {
  const before = repeated({ a: 50, b: 30, c: 20 });
  const { fit, sketch } = prepare(categoryKind, before);
  const detect = (values: string[], tolerance = 0.02) =>
    vertexLinf.detect({ fit, reference: sketch(before), current: sketch(values), alpha: 0.001, tolerance });
  const far = detect(repeated({ a: 15, b: 30, c: 20, never: 35 }));
  expect(far).toMatchObject({ detector: 'vertex-linf', drifted: true, p: null, n_current: 100 });
  expect(far.statistic).toBeCloseTo(0.35, 12);
  expect(far.why).toContain('values never seen from 0.0 % to 35.0 %');
  expect(detect(repeated({ a: 22, b: 30, c: 48 }))).toMatchObject({ drifted: false });
  expect(detect(repeated({ a: 15, b: 30, c: 55 }), 1)).toMatchObject({ drifted: false });
  expect(detect(['a'])).toMatchObject({ drifted: false, statistic: null });
  const foreign = { ...sketch(before), id: 'another' };
  expect(() => vertexLinf.detect({ fit, reference: foreign, current: foreign, ...levels })).toThrow(
    SketchMismatchError,
  );
});

test('vertex-js alarms where ten buckets of equal width diverge by more than 0.3 bits', () => {
  const before = Array.from({ length: 200 }, (_, i) => i / 2);
  const { fit, sketch } = prepare(numberKind, before);
  const detect = (values: number[]) =>
    vertexJs.detect({ fit, reference: sketch(before), current: sketch(values), ...levels });
  expect(detect(before)).toMatchObject({ drifted: false, statistic: 0 });
  expect(detect(before.map((value) => value + 5))).toMatchObject({ drifted: false });
  const apart = detect(before.map((value) => value + 1_000));
  expect(apart).toMatchObject({ detector: 'vertex-js', drifted: true, p: null });
  expect(apart.statistic).toBeCloseTo(1, 9);
});

test('neither is in the list of its kind', () => {
  const listed = [...categoryKind.detectors, ...numberKind.detectors].map(({ name }) => name);
  expect(listed).toEqual(['category-skew', 'number-skew']);
});

test('buckets of equal width hold the values in them', () => {
  const edges = [0, 0, 1, 2, 3, 10, 10];
  const first = { counts: [0, 4, 3, 0, 0, 1], edges, count: 8 };
  const second = { counts: [0, 0, 0, 5, 0, 0], edges, count: 5 };
  const [a, b] = equalWidthCounts(first, second, 2);
  expect(Array.from(a)).toEqual([7, 1]);
  expect(Array.from(b)).toEqual([5, 0]);
});
