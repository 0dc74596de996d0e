import { expect, test } from 'vitest';
import { narrowSamples } from '../../../detectors/src/sketches/narrow-samples.ts';

/** Units in places of a circle, in turn. */
function circle(count: number, places = 100): Float64Array[] {
  return Array.from({ length: count }, (_, unit) => {
    const angle = (2 * Math.PI * (unit % places)) / places + unit * 1e-7;
    return Float64Array.of(Math.cos(angle), Math.sin(angle));
  });
}

test('holds the units nearest to ten of all, in order and once each', () => {
  const samples = narrowSamples(circle(1_000));
  expect(samples.length).toBe(8);
  for (const [index, sample] of samples.entries()) {
    const places = new Set(sample.map((unit) => unit % 100));
    expect(places).toEqual(new Set(Array.from({ length: 10 }, (_, topic) => 10 * index + topic)));
    // Eight of a thousand are of each topic.
    expect(sample.length).toBe(10 * 8);
    expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  }
});

test('takes four units of a topic or more, a quarter of all or less, and 150 at most', () => {
  expect(narrowSamples(circle(200, 50)).map(({ length }) => length)).toEqual(new Array(8).fill(40));
  expect(narrowSamples(circle(80, 20)).map(({ length }) => length)).toEqual(new Array(8).fill(20));
  expect(narrowSamples(circle(4_000))[0]?.length).toBe(150);
});

test('takes none of too few units', () => {
  expect(narrowSamples(circle(63))).toEqual([]);
  expect(narrowSamples([])).toEqual([]);
});
