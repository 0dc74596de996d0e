import { type AnyFit, addUnit, type FeatureKind, type Sketch, startSketch } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { categoryReader } from '../../../detectors/src/kinds/category-reader.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { numberReader } from '../../../detectors/src/kinds/number-reader.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { sequentialContract } from '../../contracts/sequential.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { categories, numbers, type Uniform, uniformOf } from '../support/skew-windows.ts';
import { falseAlarms } from '../support/streams.ts';

const outcome = (rate: number) => (uniform: Uniform) =>
  Array.from({ length: 1 + Math.floor(uniform() * 3) }, () => (uniform() < rate ? 'error' : 'ok'));

function prepare<Value, Fit extends AnyFit>(
  kind: FeatureKind<Value, Fit>,
  before: (uniform: Uniform) => readonly Value[],
  units = 1_000,
) {
  const uniform = uniformOf(createRandom(3));
  const fit = kind.createFit({ source: 'test', units: Array.from({ length: units }, () => before(uniform)) });
  const measure = kind.createMeasure(fit);
  const sketch = (count: number, unit: (uniform: Uniform) => readonly Value[], of = uniform): Sketch => {
    const grown = startSketch(kind, fit);
    for (let i = 0; i < count; i++) addUnit(grown, measure(unit(of)));
    return grown;
  };
  return { fit, sketch };
}

function check<Value, Fit extends AnyFit>(
  place: number,
  kind: FeatureKind<Value, Fit>,
  before: (uniform: Uniform) => readonly Value[],
  after: (uniform: Uniform) => readonly Value[],
): void {
  const { fit, sketch } = prepare(kind, before);
  const detector = kind.sequential[place] as (typeof kind.sequential)[number];
  sequentialContract({
    name: `${detector.name} of a ${kind.name}`,
    ...{ detector, fit, reference: sketch(4_000, before) },
    same: Array.from({ length: 40 }, () => sketch(40, before)),
    other: Array.from({ length: 12 }, () => sketch(40, after)),
  });
  test(`${detector.name} of a ${kind.name}: false alarms come no more often than one in a run length`, () => {
    const plan = {
      ...{ fit, alpha: 1 / 200, tolerance: 0 },
      reference: (random: () => number) => sketch(1_000, before, uniformOf(random)),
      before: (random: () => number) => sketch(40, before, uniformOf(random)),
      after: (random: () => number) => sketch(40, after, uniformOf(random)),
    };
    const { alarms, windows } = falseAlarms(detector, plan, { streams: 10, windows: 150 });
    expect(clopperPearson(alarms, windows).low).toBeLessThan(1 / 200);
  });
}

check(0, categoryKind, outcome(0.03), outcome(0.8));
check(1, categoryKind, categories.dense, (uniform) =>
  uniform() < 0.7 ? ['new'] : categories.dense(uniform),
);
check(0, numberKind, numbers.mixed, (uniform) => numbers.mixed(uniform).map((value) => value + 1));

describe('the failure of a category', () => {
  const failureOf = (values: readonly string[]) => {
    const units = Array.from({ length: 60 }, (_, i) => [values[i % values.length] as string]);
    return categoryReader.failure(categoryKind.createFit({ source: 's', units }));
  };

  test('is the failing word, or what the fit never saw', () => {
    expect(failureOf(['ok', 'ok', 'error'])).toBe(1);
    expect(failureOf(['error', 'error', 'ok'])).toBe(0);
    expect(failureOf(['none', 'none', 'repeated'])).toBe(1);
    expect(failureOf(['ok'])).toBe(1);
    expect(failureOf(['none'])).toBe(1);
  });

  test('is none where the values are no outcomes', () => {
    expect(failureOf(['search', 'error'])).toBeNull();
    expect(failureOf(['stop', 'length'])).toBeNull();
  });

  test('is found although the fit never saw it', () => {
    const { fit, sketch } = prepare(categoryKind, () => ['ok']);
    const reference = sketch(2_000, () => ['ok']);
    const current = sketch(200, outcome(0.2));
    const levels = { alpha: 0.001, tolerance: 0.005 };
    const [rate] = categoryKind.sequential;
    const step = rate?.step({ state: rate.start(), fit, reference, current, ...levels });
    expect(step?.verdict).toMatchObject({ detector: 'rate-online', drifted: true });
  });
});

test('numbers above the quantiles of the fit are those the reader counts', () => {
  const { fit, sketch } = prepare(numberKind, numbers.continuous, 4_000);
  const current = sketch(1, () => Array.from({ length: 1_000 }, (_, i) => (i + 0.5) / 1_000));
  for (const quantile of [0.5, 0.95, 0.99]) {
    expect(numberReader.above(fit, current, quantile)).toBeCloseTo(1 - quantile, 1);
  }
  const { counts, edges, count } = numberReader.histogram(fit, current);
  expect(count).toBe(1);
  expect(edges).toHaveLength(counts.length + 1);
  const ends = Array.from(edges);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  const filled = Array.from(counts).flatMap((value, bin) => (value > 0 ? [bin] : []));
  expect(ends[filled[0] as number]).toBeLessThanOrEqual(0.0005);
  expect(ends[(filled.at(-1) as number) + 1]).toBeGreaterThanOrEqual(0.9995);
});
