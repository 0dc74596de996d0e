import {
  createFit,
  fitUnits,
  nearestLeaves,
  rankClusters,
  sketchUnits,
  sketchVectors,
} from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { cloud } from './support/gaussian.ts';

const dimension = 8;
const fit = createFit({ encoder: 'test', dimension, vectors: cloud({ count: 400, dimension, seed: 1 }) });
const before = cloud({ count: 2_000, dimension, seed: 2 });
const window = cloud({ count: 400, dimension, seed: 3 });

describe('rankClusters', () => {
  test('puts the cluster that grew first, with its shares', () => {
    const leaf = nearestLeaves(fit, window.slice(0, 1))[0] as number;
    const repeated = Array.from({ length: 40 }, () => window[0] as Float32Array);
    const current = sketchVectors(fit, [...window, ...repeated]);
    const [first, ...others] = rankClusters({ fit, reference: sketchVectors(fit, before), current });
    expect(first?.leaves[0]).toBe(leaf);
    expect(first?.z).toBeGreaterThan(4);
    expect(first?.p).toBeLessThan(0.001);
    const share = (vectors: readonly Float32Array[]) =>
      nearestLeaves(fit, vectors).filter((index) => first?.leaves.includes(index)).length / vectors.length;
    expect(first?.share_before).toBeCloseTo(share(before), 6);
    expect(first?.share_after).toBeCloseTo(share([...window, ...repeated]), 6);
    const named = [first, ...others].flatMap((change) => change?.leaves ?? []).sort((a, b) => a - b);
    expect(named).toEqual(Array.from(fit.parents.keys()));
  });

  test('puts what moved most before what a frequent cluster moves by chance, and a clear change of a rare one', () => {
    const centre = (leaf: number) =>
      fit.centres.values.subarray(leaf * dimension, (leaf + 1) * dimension) as Float32Array;
    const repeated = (counts: readonly number[]) =>
      sketchVectors(
        fit,
        counts.flatMap((count, leaf) => Array.from({ length: count }, () => centre(leaf))),
      );
    // Of the window: 50 % and 1.2 standard errors more; 3.5 % that were 1 %; 1.1 % that was one in 10,000.
    const reference = repeated([5_000, 100, 1, 4_899]);
    const current = repeated([520, 35, 11, 434]);
    const [first, second] = rankClusters({ fit, reference, current }).filter(({ z }) => z > 0);
    expect([first?.leaves[0], second?.leaves[0]]).toEqual([1, 2]);
    expect(first!.z).toBeLessThan(second!.z);
  });

  test('takes close leaves that grew together for one cluster, and distant ones for two', () => {
    const centre = (leaf: number) =>
      fit.centres.values.subarray(leaf * dimension, (leaf + 1) * dimension) as Float32Array;
    const apart = (leaf: number) =>
      Math.hypot(...centre(leaf).map((value, i) => value - (centre(0)[i] as number)));
    const by_distance = Array.from(fit.parents.keys())
      .slice(1)
      .sort((a, b) => apart(a) - apart(b));
    const [close, far] = [by_distance[0] as number, by_distance.at(-1) as number];
    const grown = [0, close, far].flatMap((leaf) => Array.from({ length: 20 }, () => centre(leaf)));
    const [first, second] = rankClusters({
      ...{ fit, reference: sketchVectors(fit, before) },
      current: sketchVectors(fit, [...window, ...grown]),
    }).filter(({ z }) => z > 0);
    expect(first?.leaves.slice().sort((a, b) => a - b)).toEqual(expect.arrayContaining([0, close]));
    expect(first?.leaves).not.toContain(far);
    expect(second?.leaves).toContain(far);
  });

  test('names nothing where nothing changed, in conversations too', () => {
    const repeat = (vectors: readonly Float32Array[]) => vectors.map((vector) => [vector, vector, vector]);
    const units_fit = fitUnits({
      encoder: 'test',
      dimension,
      units: repeat(cloud({ count: 400, dimension, seed: 1 })),
    });
    const reference = sketchUnits(units_fit, repeat(before));
    const named = Array.from({ length: 40 }, (_, seed) => {
      const current = cloud({ count: 60, dimension, seed: 100 + seed });
      const changes = rankClusters({
        ...{ fit: units_fit, reference },
        current: sketchUnits(units_fit, repeat(current)),
      });
      return Math.min(...changes.map(({ p }) => p)) < 0.05;
    });
    // At most about two of forty; were messages counted, nearly all.
    expect(named.filter(Boolean).length).toBeLessThan(7);
  });
});
