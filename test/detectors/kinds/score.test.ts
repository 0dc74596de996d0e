import { addUnit, type Sketch, startSketch } from '@sextant/detectors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scoreKind } from '../../../detectors/src/kinds/score.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { scoreMoments } from '../../../detectors/src/sketches/score-sketch.ts';
import { kindContract } from '../../contracts/kind.ts';
import { sequentialContract } from '../../contracts/sequential.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { type Uniform, uniformOf } from '../support/skew-windows.ts';
import { falseAlarms } from '../support/streams.ts';

/** A judge's grades from 1 to 5, one to three of them in a conversation. */
const grades = (bad: number) => (uniform: Uniform) =>
  Array.from({ length: 1 + Math.floor(uniform() * 3) }, () =>
    uniform() < bad ? 1 + Math.floor(uniform() * 2) : 4 + Math.floor(uniform() * 2),
  );
/** The same score nearly always: what there is to see of its variance is small, and must not be rounded away. */
const steady = (uniform: Uniform) => [0.9 + 0.002 * uniform()];

const uniform = uniformOf(createRandom(4));
const many = (count: number, unit: (uniform: Uniform) => readonly number[], of = uniform) =>
  Array.from({ length: count }, () => unit(of));
const fitOf = (units: readonly (readonly number[])[]) => scoreKind.createFit({ source: 'judge', units });

function sketchOf(fit: ReturnType<typeof fitOf>, units: readonly (readonly number[])[]): Sketch {
  const measure = scoreKind.createMeasure(fit);
  const sketch = startSketch(scoreKind, fit);
  for (const unit of units) addUnit(sketch, measure(unit));
  return sketch;
}

kindContract({
  kind: scoreKind,
  fit_units: many(100, grades(0.2)),
  units: many(24, grades(0.4)),
  bad_values: [Number.NaN, Infinity, 'good' as unknown as number],
});

describe('the bounds of a score', () => {
  test.each([
    { values: [0.2, 0.9], low: 0, high: 1 },
    { values: [0, 1], low: 0, high: 1 },
    { values: [-0.4, 0.9], low: -1, high: 1 },
    { values: [2, 4.5], low: 1, high: 5 },
    { values: [0, 4], low: 0, high: 5 },
    { values: [3, 9], low: 1, high: 10 },
    { values: [0, 9], low: 0, high: 10 },
    { values: [35, 90], low: 0, high: 100 },
    { values: [-300, 700], low: -300, high: 700 },
    { values: [300, 300], low: 300, high: 301 },
  ])('are $low and $high where $values were seen', ({ values, low, high }) => {
    const units = Array.from({ length: 40 }, (_, i) => [values[i % 2] as number]);
    expect(fitOf(units)).toMatchObject({ low, high });
  });

  test.each([[[2 ** 60]], [[-1e300]], [[-1.7e308, 1.7e308]]])('of %j are apart from each other', (values) => {
    const units = Array.from({ length: 40 }, (_, i) => [values[i % values.length] as number]);
    const fit = fitOf(units);
    const { sum, sum_of_squares } = scoreMoments(fit, sketchOf(fit, units));
    expect([sum, sum_of_squares]).toEqual(values.length === 1 ? [0, 0] : [20, 20]);
    expect(scoreKind.parseFit(JSON.stringify(fit))).toEqual(fit);
  });

  test('hold: what lies beyond counts as the bound', () => {
    const fit = fitOf(many(100, grades(0.2)));
    expect(sketchOf(fit, [[-1e9], [1e9]])).toEqual(sketchOf(fit, [[1], [5]]));
  });
});

test('moments are those of the means of units, and the squares never too small', () => {
  const fit = fitOf(many(100, grades(0.2)));
  const grade = fc.double({ min: 1, max: 5, noNaN: true });
  const units = fc.array(fc.array(grade, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(units, (scored) => {
      const means = scored.map((unit) => {
        return unit.reduce((sum, value) => sum + (value - 1) / 4, 0) / unit.length;
      });
      const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
      const { count, sum, sum_of_squares } = scoreMoments(fit, sketchOf(fit, scored));
      expect(count).toBe(scored.length);
      expect(sum).toBeCloseTo(total(means), 4);
      expect(sum_of_squares).toBeCloseTo(total(means.map((mean) => mean * mean)), 4);
      // Never a variance below none.
      expect(sum_of_squares * count).toBeGreaterThanOrEqual(sum * sum * (1 - 1e-12));
    }),
    { seed: 6, numRuns: 200 },
  );
});

const [online] = scoreKind.sequential as [(typeof scoreKind.sequential)[number]];
const fit = fitOf(many(300, grades(0.2)));
sequentialContract({
  name: `${online.name} of a ${scoreKind.name}`,
  ...{ detector: online, fit, reference: sketchOf(fit, many(4_000, grades(0.2))) },
  same: Array.from({ length: 40 }, () => sketchOf(fit, many(40, grades(0.2)))),
  other: Array.from({ length: 12 }, () => sketchOf(fit, many(40, grades(0.9)))),
});

describe.each([
  ['grades', grades(0.2)],
  ['grades that are nearly always good', grades(0.005)],
  ['scores that hardly vary', steady],
] as const)('%s', (name, unit) => {
  test('false alarms come no more often than one in a run length', () => {
    const fit = fitOf(many(300, unit));
    const window = (random: () => number) => sketchOf(fit, many(40, unit, uniformOf(random)));
    const plan = {
      ...{ fit, alpha: 1 / 200, tolerance: 0, before: window, after: window },
      reference: (random: () => number) => sketchOf(fit, many(1_000, unit, uniformOf(random))),
    };
    const size = { streams: 12, windows: 150 };
    const { alarms, streams_alarmed, windows } = falseAlarms(online, plan, size);
    console.info(`${name}: ${alarms} false alarms in ${windows} windows, ${streams_alarmed} of 12 streams`);
    expect(clopperPearson(alarms, windows).low).toBeLessThan(1 / 200);
    expect(clopperPearson(streams_alarmed, size.streams).low).toBeLessThan(0.05);
  });
});

test('finds a mean that moved either way', () => {
  for (const bad of [0.05, 0.5]) {
    const reference = sketchOf(fit, many(4_000, grades(0.2)));
    const current = sketchOf(fit, many(400, grades(bad)));
    const step = online.step({
      ...{ state: online.start(), fit, reference, current },
      ...{ alpha: 0.001, tolerance: 0.005 },
    });
    expect(step.verdict.drifted).toBe(true);
    expect(step.verdict.why).toContain(bad > 0.2 ? 'scored lower' : 'scored higher');
  }
});
