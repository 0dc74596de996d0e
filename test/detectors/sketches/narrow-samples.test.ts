import { expect, test } from 'vitest';
import { layoutOf } from '../../../detectors/src/sketches/layout.ts';
import { narrowSamples } from '../../../detectors/src/sketches/narrow-samples.ts';

const shape = { dimension: 2, parents: Int32Array.of(0) };
const { vector, length } = layoutOf(shape);

/** Units in ten places of a circle, in turn. */
const measured = Array.from({ length: 600 }, (_, unit) => {
  const sums = new Float64Array(length);
  const angle = (2 * Math.PI * (unit % 10)) / 10 + unit * 1e-6;
  sums.set([Math.cos(angle), Math.sin(angle)], vector.start);
  return sums;
});

test('holds the units nearest to three of all, in order and once each', () => {
  const samples = narrowSamples(measured, shape);
  expect(samples.length).toBe(8);
  for (const [index, sample] of samples.entries()) {
    const places = new Set(sample.map((unit) => unit % 10));
    expect(places).toEqual(new Set([0, 1, 2].map((topic) => (3 * index + topic) % 10)));
    // Three of a hundred are of each topic.
    expect(sample.length).toBe(3 * 18);
    expect(sample).toEqual([...new Set(sample)].sort((a, b) => a - b));
  }
});

test('takes no fewer than eight units of a topic, and 150 of a sample at most', () => {
  expect(narrowSamples(measured.slice(0, 100), shape)[0]?.length).toBe(24);
  const many = Array.from({ length: 5 }, () => measured).flat();
  expect(narrowSamples(many, shape)[0]?.length).toBe(150);
});
