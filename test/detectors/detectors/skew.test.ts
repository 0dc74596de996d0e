import type { AnyFit, Detector, FeatureKind } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { textKind } from '../../../detectors/src/kinds/text.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { detectorContract } from '../../contracts/detector.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import {
  categories,
  numbers,
  skewVerdicts,
  texts,
  type Uniform,
  uniformOf,
} from '../support/skew-windows.ts';

const sizes = { n_reference: 300, n_current: 60, seed: 11 };

const populations = [
  ...Object.entries(numbers).map(([name, unit]) => population(`numbers, ${name}`, numberKind, unit, 60)),
  ...Object.entries(categories).map(([name, unit]) =>
    population(`categories, ${name}`, categoryKind, unit, 80),
  ),
  ...Object.entries(texts).map(([name, unit]) => population(`texts, ${name}`, textKind, unit, 25)),
];

function population<Value, Fit extends AnyFit>(
  name: string,
  kind: FeatureKind<Value, Fit>,
  unit: (uniform: Uniform) => readonly Value[],
  windows: number,
) {
  return { name, verdicts: () => skewVerdicts({ kind, unit, windows, ...sizes }) };
}

test.each(populations)('$name: no more alarms than asked for', ({ verdicts: judge }) => {
  const verdicts = judge();
  for (const alpha of [0.05, 0.01]) {
    const hits = verdicts.filter(({ p }) => (p as number) < alpha).length;
    expect(clopperPearson(hits, verdicts.length).low, `at ${alpha}: ${hits}`).toBeLessThanOrEqual(
      1.2 * alpha,
    );
  }
});

function contractOf<Value, Fit extends AnyFit>(
  kind: FeatureKind<Value, Fit>,
  unit: (uniform: Uniform) => readonly Value[],
  shifted: (uniform: Uniform) => readonly Value[],
): void {
  const uniform = uniformOf(createRandom(21));
  const units = (count: number, of = unit) => Array.from({ length: count }, () => of(uniform));
  const detector = kind.detectors[0] as Detector<Fit>;
  detectorContract({
    ...{ name: detector.name, kind, detector, fit: kind.createFit({ source: 'test', units: units(500) }) },
    ...{ reference: units(2_000), same: units(300), other: units(300, shifted) },
  });
}

const german = () => ['Wie kann ich das Konto und die Karte sehen?'];
contractOf(categoryKind, categories.mixed, () => ['another', 'and another']);
contractOf(numberKind, numbers.mixed, (uniform) => numbers.mixed(uniform).map((value) => value + 1));
contractOf(textKind, texts.sentence, german);

describe('finds and names what moved', () => {
  const few = { ...sizes, windows: 3, n_reference: 600, n_current: 150 };

  test('a value never seen', () => {
    const shifted = (uniform: Uniform) => (uniform() < 0.3 ? ['new'] : categories.dense(uniform));
    for (const verdict of skewVerdicts({ kind: categoryKind, unit: categories.dense, shifted, ...few })) {
      expect(verdict.drifted).toBe(true);
      expect(verdict.moved?.[0]?.name).toBe('values never seen');
      expect(verdict.why).toContain('values never seen from 0.0 % to');
      expect(verdict.measures?.['unseen_values']).toBe(1);
      expect(verdict.why).toContain('1 different ones or more were never seen');
      expect(verdict.measures?.['psi']).toBeGreaterThan(3 * (verdict.measures?.['psi_expected'] as number));
      expectInOrder(verdict);
    }
  });

  test('numbers twice as high', () => {
    const shifted = (uniform: Uniform) => [2 * (numbers.heavy(uniform)[0] as number)];
    for (const verdict of skewVerdicts({ kind: numberKind, unit: numbers.heavy, shifted, ...few })) {
      expect(verdict.drifted).toBe(true);
      expect(verdict.why).toMatch(/^The distribution moved by .* P50 from [12]\S* to [345]/);
      expectInOrder(verdict);
    }
  });

  test('another language', () => {
    const shifted = (uniform: Uniform) => (uniform() < 0.5 ? german() : texts.sentence(uniform));
    for (const verdict of skewVerdicts({ kind: textKind, unit: texts.sentence, shifted, ...few })) {
      expect(verdict.drifted).toBe(true);
      expect(verdict.moved?.map(({ name }) => name)).toContain('german');
      expectInOrder(verdict);
    }
  });
});

function expectInOrder({
  effect,
  effect_low,
  effect_high,
  why,
}: ReturnType<typeof skewVerdicts>[number]): void {
  expect(effect_low).toBeLessThanOrEqual(effect as number);
  expect(effect).toBeLessThanOrEqual(effect_high as number);
  expect(effect_high).toBeLessThanOrEqual(1);
  expect(why).toMatch(/^[A-Z].*\.$/);
}
