import { createFit, sketchVectors } from '@sextant/detectors';
import { expect, test } from 'vitest';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { tracesAtHand } from '../../../detectors/src/families/traces-at-hand.ts';
import type { Fit } from '../../../detectors/src/sketches/fit.ts';
import { features_per_bandwidth, fixed_point, kernelSums } from '../../../detectors/src/sketches/layout.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const [topics, dimension] = [40, 16];
const windows = 1_000;

/** Vectors of some of forty topics, in fives a random walk from each other. */
function createTopics() {
  const random = createRandom(51);
  const centres = Array.from({ length: topics }, () =>
    Float32Array.from({ length: dimension }, () => gaussian(random)),
  );
  return (some: readonly number[], count: number, by: RandomSource) =>
    Array.from({ length: count }, () => {
      const centre = centres[some[by() % some.length] as number] as Float32Array;
      return centre.map((value) => value + 0.25 * gaussian(by));
    });
}

const draw = createTopics();
const all = Array.from({ length: topics }, (_, topic) => topic);
const fit = createFit({ encoder: 'topics', dimension, vectors: draw(all, 1_500, createRandom(52)) });

function nullTails(of: Fit, some: readonly number[]): number[] {
  const random = createRandom(53);
  return Array.from({ length: windows }, () => {
    const [reference, current] = [
      sketchVectors(of, draw(some, 300, random)),
      sketchVectors(of, draw(some, 80, random)),
    ];
    const { p } = embeddingDrift.detect({ fit: of, reference, current, alpha: 0.05, tolerance: 0 });
    return p as number;
  });
}

test('a slice of two topics raises no more alarms than asked for, and would many by the law of all topics', () => {
  const slice = [7, 21];
  const kernels = fit.kernels.map(({ traces: { narrowing: _, ...traces }, unlike }) => ({ traces, unlike }));
  const [rates, without] = [fit, { ...fit, kernels }].map((of) => {
    const tails = nullTails(of, slice);
    return (alpha: number) => tails.filter((p) => p < alpha).length;
  }) as [(alpha: number) => number, (alpha: number) => number];
  for (const alpha of [0.05, 0.01]) {
    console.info(`null, a slice: p < ${alpha} in ${rates(alpha)} of ${windows}, ${without(alpha)} without`);
    expect(clopperPearson(rates(alpha), windows, 0.99).low).toBeLessThan(1.3 * alpha);
    expect(clopperPearson(without(alpha), windows, 0.99).low).toBeGreaterThan(2 * alpha);
  }
});

test('units as varied as those of the fit leave the traces as they are, nearly', () => {
  const varied = sideOf(draw(all, 2_000, createRandom(54)));
  for (const kernel of fit.kernels) {
    const { second, third } = tracesAtHand(kernel.traces, varied(kernel));
    expect(second / kernel.traces.second).toBeGreaterThanOrEqual(1);
    expect(second / kernel.traces.second).toBeLessThan(1.1);
    expect(third / kernel.traces.third).toBeLessThan(1.2);
  }
});

test('no traces are more than those of one direction, nor less than those of the fit', () => {
  const [one] = draw([3], 1, createRandom(55)) as [Float32Array];
  const alike = sideOf(Array.from({ length: 50 }, () => one));
  for (const kernel of fit.kernels) {
    for (const variance of [1e-9, 0.1, 1]) {
      const { first, second, third } = tracesAtHand(kernel.traces, { ...alike(kernel), variance });
      expect(second).toBeLessThanOrEqual(first ** 2);
      expect(third).toBeLessThanOrEqual(second ** 1.5);
      expect(second).toBeGreaterThanOrEqual(kernel.traces.second);
      expect(third).toBeGreaterThanOrEqual(kernel.traces.third);
    }
    expect(tracesAtHand(kernel.traces, { ...alike(kernel), variance: 0 })).toEqual(kernel.traces);
  }
});

/** The units' features in the kernel's bandwidth. */
function sideOf(vectors: readonly Float32Array[]) {
  const { sums, count } = sketchVectors(fit, vectors);
  return (kernel: Fit['kernels'][number]) => {
    const index = fit.kernels.indexOf(kernel);
    const scale = Math.sqrt(2 / features_per_bandwidth) / fixed_point / count;
    return { mean: kernelSums(sums, index).map((sum) => sum * scale), count, variance: kernel.traces.first };
  };
}
