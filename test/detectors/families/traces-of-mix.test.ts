import { createFit, sketchVectors } from '@sextant/detectors';
import { expect, test } from 'vitest';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { mixAtHand, tracesOfMix } from '../../../detectors/src/families/traces-of-mix.ts';
import type { Fit } from '../../../detectors/src/sketches/fit.ts';
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
  const kernels = fit.kernels.map(({ pairs: _, ...kernel }) => kernel);
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
  const random = createRandom(54);
  const [reference, current] = [
    sketchVectors(fit, draw(all, 2_000, random)),
    sketchVectors(fit, draw(all, 300, random)),
  ];
  const mix = mixAtHand({ fit, reference, current });
  for (const kernel of fit.kernels) {
    const { second, third } = tracesOfMix(kernel, mix, fit);
    expect(second / kernel.traces.second).toBeGreaterThanOrEqual(1);
    expect(second / kernel.traces.second).toBeLessThan(1.1);
    expect(third / kernel.traces.third).toBeLessThan(1.2);
  }
});

test('no traces are more than those of one direction', () => {
  const random = createRandom(55);
  const [vector] = draw([3], 1, random) as [Float32Array];
  const same = sketchVectors(
    fit,
    Array.from({ length: 50 }, () => vector),
  );
  for (const kernel of fit.kernels) {
    const { first, second, third } = tracesOfMix(
      kernel,
      mixAtHand({ fit, reference: same, current: same }),
      fit,
    );
    expect(second).toBeLessThanOrEqual(first ** 2);
    expect(third).toBeLessThanOrEqual(second ** 1.5);
  }
});
