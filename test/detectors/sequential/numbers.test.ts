import type { Sketch } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { createExceedanceOnline } from '../../../detectors/src/sequential/exceedance-online.ts';
import { createScoreOnline } from '../../../detectors/src/sequential/score-online.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { sequentialContract } from '../../contracts/sequential.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';
import { delays, falseAlarms, type StreamPlan } from '../support/streams.ts';

/** Sums are the values themselves in 1,000 steps of their quantile, then sum and sum of squares. */
const steps = 1_000;
const edges = Array.from({ length: steps + 1 }, (_, step) => 100 * Math.exp(3 * (step / steps - 0.5)));
const fit = { id: 'number' };
const exceedanceOnline = createExceedanceOnline({
  above: (_fit, { sums }, quantile) =>
    sums.subarray(Math.round(quantile * steps), steps).reduce((sum, count) => sum + count, 0),
  histogram: (_fit, { count, sums }) => ({ count, counts: sums.subarray(0, steps), edges }),
});
const moments = (_fit: unknown, { count, sums }: Sketch) => ({
  count,
  sum: sums[steps] as number,
  sum_of_squares: sums[steps + 1] as number,
});
const scoreOnline = createScoreOnline({ moments });
const eitherWay = createScoreOnline({ moments }, 'either');

/** A conversation of `length` messages whose latencies are alike: its values are half its own. */
function latencies(units: number, { factor = 1, length = 3 }, random: RandomSource): Sketch {
  const sums = new Float64Array(steps + 2);
  for (let unit = 0; unit < units; unit++) {
    const own = gaussian(random);
    for (let message = 0; message < length; message++) {
      const z = Math.SQRT1_2 * (own + gaussian(random)) + Math.log(factor);
      const step = Math.min(Math.floor(normalCdf(z) * steps), steps - 1);
      sums[step] = (sums[step] as number) + 1 / length;
    }
  }
  return { id: fit.id, count: units, sums };
}

/** Scores around a mean, as a judge gives them. */
function scores(units: number, mean: number, random: RandomSource): Sketch {
  const sums = new Float64Array(steps + 2);
  for (let unit = 0; unit < units; unit++) {
    const score = Math.min(Math.max(mean + 0.15 * gaussian(random), 0), 1);
    sums[steps] = (sums[steps] as number) + score;
    sums[steps + 1] = (sums[steps + 1] as number) + score ** 2;
  }
  return { id: fit.id, count: units, sums };
}

function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail =
    (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z > 0 ? 1 - tail : tail;
}

type Draw = (units: number, random: RandomSource) => Sketch;
const usual: Draw = (units, random) => latencies(units, {}, random);
const slower: Draw = (units, random) => latencies(units, { factor: 1.5 }, random);
const good: Draw = (units, random) => scores(units, 0.8, random);
const worse: Draw = (units, random) => scores(units, 0.74, random);

const plan = (before: Draw, after: Draw, n_reference = 4_000): StreamPlan<typeof fit> => ({
  fit,
  reference: (random) => before(n_reference, random),
  before: (random) => before(40, random),
  after: (random) => after(40, random),
  alpha: 1 / 500,
  tolerance: 0,
});

const random = createRandom(2);
const windows = (draw: Draw, count: number) => Array.from({ length: count }, () => draw(40, random));
sequentialContract({
  name: 'exceedance-online',
  detector: exceedanceOnline,
  fit,
  reference: usual(4_000, random),
  same: windows(usual, 40),
  other: windows((units, source) => latencies(units, { factor: 8 }, source), 12),
});
sequentialContract({
  name: 'score-online',
  detector: scoreOnline,
  fit,
  reference: good(4_000, random),
  same: windows(good, 40),
  other: windows((units, source) => scores(units, 0.2, source), 12),
});

describe.each([
  ['exceedance-online, on conversations of three messages', exceedanceOnline, usual],
  ['score-online', scoreOnline, good],
  ['score-online, either way', eitherWay, good],
] as const)('%s', (name, detector, draw) => {
  test('false alarms come no more often than one in a run length, whatever the size of the reference', () => {
    for (const n_reference of [200, 4_000]) {
      const size = { streams: 40, windows: 400 };
      const {
        alarms,
        streams_alarmed,
        windows: watched,
      } = falseAlarms(detector, plan(draw, draw, n_reference), size);
      console.info(
        `${name}, reference ${n_reference}: ${alarms} false alarms in ${watched} windows, ${streams_alarmed} of 40 streams`,
      );
      expect(clopperPearson(alarms, watched).low).toBeLessThan(1 / 500);
      // Only an unlucky reference makes alarms at all often.
      expect(clopperPearson(streams_alarmed, size.streams).low).toBeLessThan(0.05);
    }
  });
});

test('exceedance-online says how many times as high a quantile is', () => {
  const request = { fit, reference: usual(4_000, random), alpha: 0.001, tolerance: 0 };
  const current = latencies(400, { factor: 8 }, random);
  const { verdict } = exceedanceOnline.step({ ...request, current, state: {} });
  expect(verdict.why).toMatch(/percentile, which is [1-9]\.\d\d times as high in this window \(.* to .*\)/);
});

test('exceedance-online finds latency that rose by half, and not one that fell', () => {
  const size = { streams: 40, windows: 100 };
  expect(delays(exceedanceOnline, plan(usual, slower), size).median).toBeLessThanOrEqual(8);
  expect(delays(exceedanceOnline, plan(slower, usual), size).found).toBe(0);
});

test('score-online finds a mean that fell from .80 to .74, a rise only where asked for', () => {
  const size = { streams: 40, windows: 100 };
  expect(delays(scoreOnline, plan(good, worse), size).median).toBeLessThanOrEqual(10);
  expect(delays(scoreOnline, plan(worse, good), size).found).toBe(0);
  expect(delays(eitherWay, plan(worse, good), size).found).toBe(size.streams);
});
