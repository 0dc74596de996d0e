import { createFit, detectByPermutation } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import { embeddingDrift } from '../../detectors/src/detectors/embedding-drift.ts';
import { compareClusters } from '../../detectors/src/families/clusters.ts';
import { compareKernelMeans } from '../../detectors/src/families/kernel-mean.ts';
import { compareNovelty } from '../../detectors/src/families/novelty.ts';
import { embeddingKind } from '../../detectors/src/kinds/embedding.ts';
import { createRandom, shuffled } from '../../detectors/src/sketches/random.ts';
import { cloud } from './support/gaussian.ts';
import { createPool, sumRows } from './support/pool.ts';

const dimension = 8;
const n_reference = 400;
const permutations = 500;
const alpha = 0.05;
const fit = createFit({ encoder: 'test', dimension, vectors: cloud({ count: 600, dimension, seed: 1 }) });

function rowsOf(vectors: readonly Float32Array[]): readonly Int32Array[] {
  return createPool(
    fit,
    vectors.map((vector) => [vector]),
  ).rows;
}

/**
 * The p-value that needs no theory: how often dealing the same vectors anew gives a statistic as large. A family's
 * own p orders the deals as its statistic does.
 */
function permutationP(compare: typeof compareNovelty, rows: readonly Int32Array[], seed: number): number {
  const whole = sumRows(fit, rows);
  const p = (dealt: readonly Int32Array[]) => {
    const current = sumRows(fit, dealt.slice(n_reference));
    const sums = whole.sums.map((total, i) => total - (current.sums[i] as number));
    return compare({ fit, alpha, current, reference: { ...whole, count: n_reference, sums } }).p;
  };
  const random = createRandom(seed);
  const seen = p(rows);
  let as_extreme = 1;
  for (let i = 0; i < permutations; i++) if (p(shuffled(rows, random)) <= seen) as_extreme += 1;
  return as_extreme / (permutations + 1);
}

describe('detectByPermutation', () => {
  const units = (options: { count: number; seed: number; shift?: number }) => {
    const measure = embeddingKind.createMeasure(fit);
    return cloud({ dimension, ...options }).map((vector) => measure([vector]).slice());
  };
  const detect = (current: readonly Float64Array[]) =>
    detectByPermutation({
      ...{ detector: embeddingDrift, fit, current, alpha: 0.05, tolerance: 0.02 },
      reference: units({ count: 200, seed: 60 }),
    });

  test('finds what is there, at the least p that the permutations allow, and says so again', () => {
    const other = units({ count: 40, seed: 61, shift: 1 });
    const verdict = detect(other);
    expect(verdict).toMatchObject({ drifted: true, p: 1 / 1_000, n_current: 40, n_reference: 200 });
    expect(detect(other)).toEqual(verdict);
  });

  test('finds nothing where nothing is, and does not judge too few', () => {
    expect(detect(units({ count: 40, seed: 62 }))).toMatchObject({ drifted: false });
    expect(detect(units({ count: 29, seed: 63, shift: 3 }))).toMatchObject({ drifted: false, p: null });
  });
});

// Windows of 60 against 400: some alike, some shifted a little, so that p-values of all sizes are met.
describe('analytic null distributions', { timeout: 120_000 }, () => {
  test.each([
    ['novelty', compareNovelty],
    ['kernel means', compareKernelMeans],
    ['clusters', compareClusters],
  ])('%s: the analytic p agrees with the permutation p', (_, compare) => {
    const [reference, ...windows] = [
      cloud({ count: n_reference, dimension, seed: 2 }),
      ...[0, 0.05, 0.1, 0.15, 0.2, 0.25].map((shift, seed) =>
        cloud({ count: 60, dimension, seed: 10 + seed, shift }),
      ),
    ].map((vectors) => rowsOf(vectors)) as [readonly Int32Array[], ...(readonly Int32Array[])[]];
    windows.forEach((window, index) => {
      const analytic = compare({
        fit,
        alpha,
        reference: sumRows(fit, reference),
        current: sumRows(fit, window),
      }).p;
      const oracle = permutationP(compare, [...reference, ...window], index);
      const slack = 4 * Math.sqrt((oracle * (1 - oracle)) / permutations) + 0.15 * oracle + 0.004;
      expect(Math.abs(analytic - oracle), `shift ${index}: ${analytic} against ${oracle}`).toBeLessThan(
        slack,
      );
    });
  });
});
