import type { Detector, Fit, Sketch } from '@sextant/detectors';
import { emptySketch, mergeSketches, SketchMismatchError, sketchVectors } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';

export interface DetectorCase {
  readonly name: string;
  readonly detector: Detector<Fit>;
  readonly fit: Fit;
  readonly reference: readonly Float32Array[];
  /** From the same population as the reference. */
  readonly same: readonly Float32Array[];
  /** From another one that nobody could overlook. */
  readonly other: readonly Float32Array[];
}

const levels = { alpha: 0.001, tolerance: 0.02 };

/** What every detector on sketches of vectors promises. */
export function detectorContract({ name, detector, fit, ...vectors }: DetectorCase): void {
  const reference = sketchVectors(fit, vectors.reference);
  const detect = (current: Sketch) => detector.detect({ fit, reference, current, ...levels });

  describe(`detector contract: ${name}`, () => {
    test('finds the other population and not the same one', () => {
      expect(detect(sketchVectors(fit, vectors.other)).drifted).toBe(true);
      expect(detect(sketchVectors(fit, vectors.same)).drifted).toBe(false);
    });

    test('fills every field of the verdict', () => {
      const verdict = detect(sketchVectors(fit, vectors.other));
      expect(verdict.detector).toBe(detector.name);
      expect(verdict.n_reference).toBe(vectors.reference.length);
      expect(verdict.n_current).toBe(vectors.other.length);
      expect(verdict.p).toBeGreaterThanOrEqual(0);
      expect(verdict.p).toBeLessThan(levels.alpha);
      expect(verdict.effect_low).toBeGreaterThan(levels.tolerance);
      expect(verdict.effect_low).toBeLessThanOrEqual(verdict.effect as number);
      expect(verdict.effect).toBeLessThanOrEqual(verdict.effect_high as number);
      expect(verdict.why).toMatch(/^[A-Z].*\.$/);
    });

    test('gives the same verdict again, whatever the order of merging', () => {
      const parts = [0, 1, 2].map((part) => {
        const rows = vectors.other.filter((_, row) => row % 3 === part);
        return sketchVectors(fit, rows);
      });
      const forwards = parts.reduce(mergeSketches, emptySketch(fit));
      const backwards = parts.toReversed().reduce(mergeSketches, emptySketch(fit));
      expect(detect(forwards)).toEqual(detect(sketchVectors(fit, vectors.other)));
      expect(detect(backwards)).toEqual(detect(forwards));
    });

    test('refuses sketches of unlike ids', () => {
      const foreign = { ...sketchVectors(fit, vectors.same), id: 'another' };
      expect(() => detect(foreign)).toThrow(SketchMismatchError);
      expect(() => detector.detect({ fit, reference: foreign, current: foreign, ...levels })).toThrow(
        SketchMismatchError,
      );
    });

    test('does not judge on too little evidence', () => {
      for (const count of [0, 1, 29]) {
        const verdict = detect(sketchVectors(fit, vectors.other.slice(0, count)));
        expect(verdict).toMatchObject({ drifted: false, p: null, effect: null, n_current: count });
        expect(verdict.why).toMatch(/too little evidence/i);
      }
    });

    test('a difference within the tolerance is not drift', () => {
      const current = sketchVectors(fit, vectors.other);
      const verdict = detector.detect({ fit, reference, current, ...levels, tolerance: 1 });
      expect(verdict.drifted).toBe(false);
      expect(verdict.p).toBeLessThan(levels.alpha);
      expect(verdict.why).toContain('counts as nothing');
    });
  });
}
