import {
  type AnyFit,
  addUnit,
  DetectorError,
  type FeatureKind,
  mergeSketches,
  startSketch,
} from '@sextant/detectors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

export interface KindCase<Value, Fit extends AnyFit> {
  readonly kind: FeatureKind<Value, Fit>;
  /** At least `fit_units_min`, each of one value or more. */
  readonly fit_units: readonly (readonly Value[])[];
  /** A dozen or more, of several values each. */
  readonly units: readonly (readonly Value[])[];
  /** Values that cannot be measured, if there are such. */
  readonly bad_values: readonly Value[];
}

/** What every kind of feature promises. */
export function kindContract<Value, Fit extends AnyFit>(case_of_kind: KindCase<Value, Fit>): void {
  const { kind, fit_units, units, bad_values } = case_of_kind;
  const fit = kind.createFit({ source: 'a source', units: fit_units, seed: 3 });
  const sketch = (chosen: typeof units, of_fit = fit) => {
    const measure = kind.createMeasure(of_fit);
    const result = startSketch(kind, of_fit);
    for (const unit of chosen) addUnit(result, measure(unit));
    return result;
  };
  const whole = sketch(units);

  describe(`kind contract: ${kind.name}`, () => {
    test('a fit depends on its request alone, and its id on all of it', () => {
      expect(kind.createFit({ source: 'a source', units: fit_units, seed: 3 })).toEqual(fit);
      const others = [
        kind.createFit({ source: 'another', units: fit_units, seed: 3 }),
        kind.createFit({ source: 'a source', units: fit_units.slice(1), seed: 3 }),
      ];
      expect(new Set([fit, ...others].map(({ id }) => id)).size).toBe(3);
    });

    test('refuses a fit from too few units', () => {
      const few = fit_units.slice(0, kind.fit_units_min - 1);
      expect(() => kind.createFit({ source: 'a source', units: few })).toThrow(
        expect.objectContaining({ code: 'too_few_rows' }),
      );
    });

    test('a stored fit is the same fit, and damaged text none', () => {
      const text = kind.serialiseFit(fit);
      const read = kind.parseFit(text);
      expect(read).toEqual(fit);
      expect(sketch(units, read)).toEqual(whole);
      for (const damaged of ['', '{}', text.slice(0, -10), text.replace('a source', 'another')]) {
        expect(() => kind.parseFit(damaged)).toThrow(expect.objectContaining({ code: 'bad_fit' }));
      }
    });

    test('a unit gives whole numbers, whatever the order of its values, and the mean of them', () => {
      const measure = kind.createMeasure(fit);
      for (const unit of units) {
        const measured = measure(unit).slice();
        expect(measured).toHaveLength(kind.sumsLength(fit));
        expect(measured.every(Number.isSafeInteger)).toBe(true);
        expect(measure(unit.toReversed())).toEqual(measured);
        expect(measure([...unit, ...unit])).toEqual(measured);
      }
    });

    test('units sum to the same integers, however they were split and ordered', () => {
      const part_of_unit = fc.array(fc.nat({ max: 3 }), { minLength: units.length, maxLength: units.length });
      fc.assert(
        fc.property(part_of_unit, (parts) => {
          const sketches = [0, 1, 2, 3].map((part) =>
            sketch(units.filter((_, unit) => parts[unit] === part).toReversed()),
          );
          expect(sketches.reduceRight((a, b) => mergeSketches(a, b), startSketch(kind, fit))).toEqual(whole);
        }),
        { seed: 5, numRuns: 20 },
      );
    });

    test('refuses values that it cannot measure, and goes on with others', () => {
      const measure = kind.createMeasure(fit);
      const good = units[0] as readonly Value[];
      const before = measure(good).slice();
      for (const bad of bad_values) {
        expect(() => measure([...good, bad])).toThrow(DetectorError);
        expect(measure(good)).toEqual(before);
      }
    });

    test('has detectors with names of their own', () => {
      const names = [...kind.detectors, ...kind.sequential].map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
    });
  });
}
