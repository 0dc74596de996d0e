import type { AnyFit, Detector, FeatureKind, Sketch } from '@sextant/detectors';
import { addUnit, mergeSketches, SketchMismatchError, startSketch } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';

type Units<Value> = readonly (readonly Value[])[];

export interface DetectorCase<Value, Fit extends AnyFit> {
  readonly name: string;
  readonly kind: FeatureKind<Value, Fit>;
  readonly detector: Detector<Fit>;
  readonly fit: Fit;
  readonly reference: Units<Value>;
  /** From the same population as the reference. */
  readonly same: Units<Value>;
  /** From another one that nobody could overlook. */
  readonly other: Units<Value>;
}

const levels = { alpha: 0.001, tolerance: 0.02 };

/** What every detector promises, whatever the kind of feature it judges. */
export function detectorContract<Value, Fit extends AnyFit>(detector_case: DetectorCase<Value, Fit>): void {
  const { name, kind, detector, fit, ...units } = detector_case;
  const measure = kind.createMeasure(fit);
  const sketch = (chosen: Units<Value>) => {
    const grown = startSketch(kind, fit);
    for (const unit of chosen) addUnit(grown, measure(unit));
    return grown;
  };
  const reference = sketch(units.reference);
  const detect = (current: Sketch) => detector.detect({ fit, reference, current, ...levels });

  describe(`detector contract: ${name}`, () => {
    test('finds the other population and not the same one', () => {
      expect(detect(sketch(units.other)).drifted).toBe(true);
      expect(detect(sketch(units.same)).drifted).toBe(false);
    });

    test('fills every field of the verdict', () => {
      const verdict = detect(sketch(units.other));
      expect(verdict.detector).toBe(detector.name);
      expect(verdict.n_reference).toBe(units.reference.length);
      expect(verdict.n_current).toBe(units.other.length);
      expect(verdict.p).toBeGreaterThanOrEqual(0);
      expect(verdict.p).toBeLessThan(levels.alpha);
      expect(verdict.effect_low).toBeGreaterThan(levels.tolerance);
      expect(verdict.effect_low).toBeLessThanOrEqual(verdict.effect as number);
      expect(verdict.effect).toBeLessThanOrEqual(verdict.effect_high as number);
      expect(verdict.why).toMatch(/^[A-Z].*\.$/);
    });

    test('gives the same verdict again, whatever the order of merging', () => {
      const parts = [0, 1, 2].map((part) => {
        const chosen = units.other.filter((_, unit) => unit % 3 === part);
        return sketch(chosen);
      });
      const forwards = parts.reduce(mergeSketches, startSketch(kind, fit));
      const backwards = parts.toReversed().reduce(mergeSketches, startSketch(kind, fit));
      expect(detect(forwards)).toEqual(detect(sketch(units.other)));
      expect(detect(backwards)).toEqual(detect(forwards));
    });

    test('refuses sketches of unlike ids', () => {
      const foreign = { ...sketch(units.same), id: 'another' };
      expect(() => detect(foreign)).toThrow(SketchMismatchError);
      expect(() => detector.detect({ fit, reference: foreign, current: foreign, ...levels })).toThrow(
        SketchMismatchError,
      );
    });

    test('does not judge on too little evidence', () => {
      for (const count of [0, 1, 29]) {
        const verdict = detect(sketch(units.other.slice(0, count)));
        expect(verdict).toMatchObject({ drifted: false, p: null, effect: null, n_current: count });
        expect(verdict.why).toMatch(/too little evidence/i);
      }
    });

    test('a difference within the tolerance is not drift', () => {
      const current = sketch(units.other);
      const verdict = detector.detect({ fit, reference, current, ...levels, tolerance: 1 });
      expect(verdict.drifted).toBe(false);
      expect(verdict.p).toBeLessThan(levels.alpha);
      expect(verdict.why).toContain('counts as nothing');
    });
  });
}
