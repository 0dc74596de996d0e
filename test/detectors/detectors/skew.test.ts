import { SketchMismatchError, startSketch } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { categoryKind } from '../../../detectors/src/kinds/category.ts';
import { numberKind } from '../../../detectors/src/kinds/number.ts';
import { textKind } from '../../../detectors/src/kinds/text.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { categories, numbers, skewVerdicts, type Uniform } from '../support/skew-windows.ts';

const sizes = { n_reference: 600, n_current: 150, windows: 60, seed: 11 };

function expectCalibrated(verdicts: ReturnType<typeof skewVerdicts>): void {
  for (const alpha of [0.05, 0.01]) {
    const hits = verdicts.filter(({ p }) => (p as number) < alpha).length;
    expect(clopperPearson(hits, verdicts.length).low, `at ${alpha}: ${hits}`).toBeLessThanOrEqual(
      1.2 * alpha,
    );
  }
}

const { dense, conversation } = categories;

test.each(Object.entries({ dense, conversation }))(
  'categories, %s: no more alarms than asked for',
  (_name, unit) => {
    expectCalibrated(skewVerdicts({ kind: categoryKind, unit, ...sizes }));
  },
);

const words = 'the a of to and price flight book car help card my is in for how what'.split(' ');
const sentence = (uniform: Uniform) => [
  Array.from(
    { length: 4 + Math.floor(uniform() * 12) },
    () => words[Math.floor(uniform() * words.length)],
  ).join(' '),
];

test('texts: no more alarms than asked for', () => {
  expectCalibrated(skewVerdicts({ kind: textKind, unit: sentence, ...sizes }));
});

describe('finds and names what moved', () => {
  const few = { ...sizes, windows: 3 };

  test('a value never seen', () => {
    const shifted = (uniform: Uniform) => (uniform() < 0.3 ? ['new'] : categories.dense(uniform));
    for (const verdict of skewVerdicts({ kind: categoryKind, unit: categories.dense, shifted, ...few })) {
      expect(verdict.drifted).toBe(true);
      expect(verdict.moved?.[0]?.name).toBe('values never seen');
      expect(verdict.why).toContain('values never seen from 0.0 % to');
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
    const shifted = (uniform: Uniform) =>
      uniform() < 0.5 ? ['Wie kann ich das Konto und die Karte sehen?'] : sentence(uniform);
    for (const verdict of skewVerdicts({ kind: textKind, unit: sentence, shifted, ...few })) {
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

test('too little evidence is no verdict, and unlike sketches are an error', () => {
  const fit = categoryKind.createFit({
    source: 's',
    units: Array.from({ length: 40 }, (_, i) => [`${i % 3}`]),
  });
  const empty = startSketch(categoryKind, fit);
  const levels = { alpha: 0.01, tolerance: 0.02 };
  const [detector] = categoryKind.detectors;
  const verdict = detector?.detect({ fit, reference: empty, current: empty, ...levels });
  expect(verdict).toMatchObject({ drifted: false, p: null, effect: null });
  expect(verdict?.why).toMatch(/too little evidence/i);
  const foreign = { ...empty, id: 'another' };
  expect(() => detector?.detect({ fit, reference: empty, current: foreign, ...levels })).toThrow(
    SketchMismatchError,
  );
});
