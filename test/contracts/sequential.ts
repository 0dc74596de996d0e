import { type Sketch, SketchMismatchError } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { SequentialDetector, SequentialState, SequentialStep } from '../../detectors/src/sequential.ts';

export interface SequentialCase<Fit extends { readonly id: string }> {
  readonly name: string;
  readonly detector: SequentialDetector<Fit>;
  readonly fit: Fit;
  /** At least 1,000 units. */
  readonly reference: Sketch;
  /** Windows of the same population as the reference, 30 at least. */
  readonly same: readonly Sketch[];
  /** Windows of another that nobody could overlook, 10 at least. */
  readonly other: readonly Sketch[];
}

const alpha = 1 / 1_000;
const tolerance = 0.005;
const state_bytes_max = 16_384;

/** What every detector that goes on from window to window promises. */
export function sequentialContract<Fit extends { readonly id: string }>({
  name,
  detector,
  fit,
  reference,
  same,
  other,
}: SequentialCase<Fit>): void {
  const step = (state: SequentialState, current: Sketch, changed: { tolerance?: number } = {}) =>
    detector.step({ state, fit, reference, current, alpha, tolerance, ...changed });
  const follow = (windows: readonly Sketch[], from = detector.start(), changed = {}) => {
    let state = from;
    return windows.map((window) => {
      const result = step(state, window, changed);
      state = result.state;
      return result;
    });
  };
  const stateAfter = (windows: readonly Sketch[]) => (follow(windows).at(-1) as SequentialStep).state;

  describe(`sequential contract: ${name}`, () => {
    test('finds the other population, not the same one, and says since when', () => {
      const steps = follow([...same, ...other]);
      const alarms = steps.map(({ verdict }) => verdict.drifted);
      expect(alarms.slice(0, same.length)).not.toContain(true);
      const first = alarms.indexOf(true);
      expect(first).toBeGreaterThanOrEqual(same.length);
      expect(alarms.slice(first)).not.toContain(false);
      const since = steps.at(-1)?.windows_since_change as number;
      expect(Math.abs(since - other.length)).toBeLessThanOrEqual(2);
      for (const { verdict, windows_since_change } of steps)
        expect(windows_since_change !== null).toBe(verdict.drifted);
    });

    test('fills every field of the verdict', () => {
      for (const { verdict } of follow([...same.slice(0, 3), ...other])) {
        expect(verdict).toMatchObject({ detector: detector.name, n_reference: reference.count });
        expect(verdict.p).toBe(Math.min(1 / (verdict.statistic as number), 1));
        expect(verdict.effect_low).toBeGreaterThanOrEqual(0);
        expect(verdict.effect_low).toBeLessThanOrEqual(verdict.effect as number);
        expect(verdict.effect).toBeLessThanOrEqual(verdict.effect_high as number);
        expect(verdict.effect_high).toBeLessThanOrEqual(1);
        expect(verdict.why).toMatch(/^[A-Z].*\.$/);
      }
    });

    test('alarms when the evidence passes the run length, not before', () => {
      const verdicts = follow([...same, ...other]).map(({ verdict }) => verdict);
      const first = verdicts.findIndex(({ drifted }) => drifted);
      expect(verdicts[first]?.p).toBeLessThanOrEqual(alpha);
      for (const { p } of verdicts.slice(0, first)) expect(p).toBeGreaterThan(alpha);
    });

    test('is pure, and its state is plain JSON of bounded size', () => {
      const state = deepFrozen(stateAfter([...same, ...other.slice(0, 1)]));
      const current = other[1] as Sketch;
      expect(step(state, current)).toEqual(step(state, current));
      expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      expect(step(JSON.parse(JSON.stringify(state)), current)).toEqual(step(state, current));
      const later = stateAfter(Array.from({ length: 20 }, () => [...same, ...other]).flat());
      expect(JSON.stringify(later).length).toBeLessThan(state_bytes_max);
    });

    test('a window or a reference with too little evidence leaves the state as it was', () => {
      const state = stateAfter(same);
      const empty = { ...reference, count: 0, sums: new Float64Array(reference.sums.length) };
      const nothing = { drifted: false, p: null, statistic: null, effect: null };
      const results = [
        step(state, empty),
        detector.step({ state, fit, reference: empty, current: other[0] as Sketch, alpha, tolerance }),
      ];
      for (const result of results) {
        expect(result.verdict).toMatchObject(nothing);
        expect(result.verdict.why).toMatch(/too little evidence/i);
        expect(result.state).toEqual(state);
      }
    });

    test('refuses sketches of unlike ids', () => {
      const foreign = { ...(same[0] as Sketch), id: 'another' };
      expect(() => step(detector.start(), foreign)).toThrow(SketchMismatchError);
    });

    test('a difference within the tolerance is not drift', () => {
      for (const { verdict } of follow(other, detector.start(), { tolerance: 1 }))
        expect(verdict.drifted).toBe(false);
    });

    test('an alarm ends after the change ended, and everything starts anew', () => {
      const back = Array.from({ length: 10 }, () => same).flat();
      const steps = follow([...other, ...other, ...back]);
      const alarms = steps.map(({ verdict }) => verdict.drifted);
      expect(alarms).toContain(true);
      expect(alarms.at(-1)).toBe(false);
      expect(alarms.lastIndexOf(true)).toBeLessThan(2 * other.length + back.length / 2);
    });
  });
}

function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) deepFrozen(part);
    Object.freeze(value);
  }
  return value;
}
