import { expect, test } from 'vitest';
import { tracesAtHand } from '../../../detectors/src/families/traces-at-hand.ts';
import { fitTraces } from '../../../detectors/src/sketches/fit-traces.ts';
import { estimateTraces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { narrowSamples } from '../../../detectors/src/sketches/narrow-samples.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { gaussian } from '../support/gaussian.ts';

const [topics, dimension] = [60, 30];
const random = createRandom(61);
const centres = Array.from({ length: topics }, () =>
  Float64Array.from({ length: dimension }, () => gaussian(random)),
);

/** Units scattered about the centres of some topics, these in turn. */
function unitsOf(some: readonly number[], count: number): Float64Array[] {
  return Array.from({ length: count }, (_, unit) => {
    const centre = centres[some[unit % some.length] as number] as Float64Array;
    return centre.map((value) => value + 0.4 * gaussian(random));
  });
}

function topicsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, topic) => (first + topic) % topics);
}

const units = unitsOf(topicsFrom(0, topics), 1_200);
const traces = fitTraces(units, narrowSamples(units));

test('has the traces of all units, and their mean', () => {
  const { narrowing, ...others } = traces;
  expect(others).toEqual(estimateTraces(units));
  expect(narrowing?.count).toBe(1_200);
  for (const [i, value] of narrowing?.mean.entries() ?? []) {
    expect(value).toBeCloseTo(units.reduce((sum, unit) => sum + (unit[i] as number), 0) / 1_200, 9);
  }
});

// The truth comes from units of the narrow population itself, which the fit has not.
test.each([30, 15, 8, 4])('tells the traces of populations of %d of 60 topics', (count) => {
  const ratios = [0, 11, 22, 33, 44].map((first) => {
    const narrow = unitsOf(topicsFrom(first, count), 800);
    const truth = estimateTraces(narrow);
    const mean = new Float64Array(dimension).map(
      (_, i) => narrow.reduce((sum, unit) => sum + (unit[i] as number), 0) / narrow.length,
    );
    const told = tracesAtHand(traces, { mean, count: narrow.length, variance: truth.first });
    const scale = truth.first / traces.first;
    return {
      second: (told.second * scale ** 2) / truth.second,
      third: (told.third * scale ** 3) / truth.third,
      untold: (traces.second * scale ** 2) / truth.second,
    };
  });
  const average = (of: 'second' | 'third' | 'untold') =>
    ratios.reduce((sum, ratio) => sum + ratio[of], 0) / ratios.length;
  console.info(
    `${count} topics: ${average('second')} of tr C², ${average('third')} of tr C³, ${average('untold')} untold`,
  );
  expect(average('second')).toBeGreaterThan(0.75);
  expect(average('second')).toBeLessThan(1.35);
  expect(average('third')).toBeGreaterThan(0.5);
  expect(average('third')).toBeLessThan(2);
  expect(Math.abs(Math.log(average('second')))).toBeLessThan(Math.abs(Math.log(average('untold'))));
});

test('knows nothing of narrower populations without topics, or without samples', () => {
  const cloud = Array.from({ length: 800 }, () =>
    Float64Array.from({ length: dimension }, () => gaussian(random)),
  );
  expect(fitTraces(cloud, []).narrowing?.slope).toBe(0);
  const same = Array.from({ length: 100 }, () => new Float64Array(dimension).fill(1));
  expect(fitTraces(same, narrowSamples(same)).narrowing?.slope).toBe(0);
});
