import { createFit, type Fit, type Verdict, witness } from '@sextant/detectors';
import { beforeAll, describe, expect, test } from 'vitest';
import { embeddingDrift } from '../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, shuffled } from '../../detectors/src/sketches/random.ts';
import { clopperPearson } from './support/clopper-pearson.ts';
import { dimension, type Embeddings, has_embeddings, loadEmbeddings } from './support/embeddings.ts';
import { freshWindows, type Measured, measure, sum, type WindowPlan } from './support/windows.ts';

const fit_rows = 2_000;
const n_reference = 5_000;

/**
 * Rates over many windows of real sentence embeddings. Every window has its own random split into reference and
 * window: with one fixed reference the rate would tell the luck of that reference.
 */
describe.skipIf(!has_embeddings)('embedding-drift on MiniLM embeddings', { timeout: 120_000 }, () => {
  let embeddings: Embeddings;
  let fit: Fit;
  let known: Measured;
  let out_of_scope: Measured;
  let banking: Measured;

  beforeAll(() => {
    embeddings = loadEmbeddings();
    const vectors = shuffled(embeddings.known, createRandom(21));
    fit = createFit({ encoder: 'MiniLM', dimension, vectors: vectors.slice(0, fit_rows) });
    known = measure(fit, vectors.slice(fit_rows));
    out_of_scope = measure(fit, embeddings.out_of_scope);
    banking = measure(fit, embeddings.banking.slice(0, 3_000));
  }, 180_000);

  function* freshSplits(count: number) {
    const random = createRandom(5);
    for (let split = 0; split < count; split++) {
      const rows = shuffled(known.rows, random);
      yield { reference: sum(fit, rows.slice(0, n_reference)), rows: rows.slice(n_reference) };
    }
  }

  function verdicts(
    plan: Omit<WindowPlan, 'known' | 'n_reference'>,
    windows: number,
    alpha: number,
  ): Verdict[] {
    return Array.from(freshWindows({ ...plan, known, n_reference }, windows, 5), (window) =>
      embeddingDrift.detect({ fit, ...window, alpha, tolerance: 0.02 }),
    );
  }

  test('false alarms come at the level asked for', () => {
    const windows = 600;
    const sizes = [100, 500];
    const results = new Map<number, Verdict[]>(sizes.map((size) => [size, []]));
    for (const { reference, rows } of freshSplits(windows)) {
      for (const size of sizes) {
        const current = sum(fit, rows.slice(0, size));
        results
          .get(size)
          ?.push(embeddingDrift.detect({ fit, reference, current, alpha: 0.05, tolerance: 0.02 }));
      }
    }
    for (const [size, verdicts_of_size] of results) {
      for (const alpha of [0.05, 0.01]) {
        const below = verdicts_of_size.filter(({ p }) => (p as number) < alpha).length;
        const { low, high } = clopperPearson(below, windows);
        console.info(`null, n=${size}: p < ${alpha} in ${below} of ${windows} windows`);
        // Putting two families together may cost a fifth at most.
        expect(low).toBeLessThan(1.2 * alpha);
        expect(high).toBeGreaterThan(0.8 * alpha);
      }
      const drifted = verdicts_of_size.filter((verdict) => verdict.drifted).length;
      expect(clopperPearson(drifted, windows).low).toBeLessThan(0.05);
    }
  }, 180_000);

  test('finds 20 % out-of-scope texts in 500 at α = .001, and says how many', () => {
    const results = verdicts({ n_current: 500, share: 0.2, foreign: out_of_scope }, 60, 0.001);
    expect(results.filter((verdict) => verdict.drifted).length).toBe(60);
    const covered = results.filter((verdict) => (verdict.effect_low as number) <= 0.2);
    expect(covered.length).toBeGreaterThan(54);
    const effects = results.map((verdict) => verdict.effect as number).sort((a, b) => a - b);
    expect(effects[30]).toBeGreaterThan(0.12);
    expect(effects[30]).toBeLessThan(0.22);
  });

  test('finds 10 % of a neighbouring domain in 500 more often than not', () => {
    const results = verdicts({ n_current: 500, share: 0.1, foreign: banking }, 100, 0.01);
    const found = results.filter((verdict) => verdict.drifted).length;
    console.info(`10 % banking77, n=500, α=.01: drifted in ${found} of 100 windows`);
    expect(found).toBeGreaterThan(50);
  });

  test('the witness puts what is new first', () => {
    const [reference, current] = [known.rows.slice(0, n_reference), known.rows.slice(n_reference)];
    const foreign = out_of_scope.rows.slice(0, 100);
    const comparison = {
      fit,
      reference: sum(fit, reference),
      current: sum(fit, [...current.slice(0, 400), ...foreign]),
    };
    const familiar = shuffled(embeddings.known, createRandom(21))
      .slice(fit_rows + n_reference)
      .slice(0, 400);
    const window = [...familiar, ...embeddings.out_of_scope.slice(0, 100)];
    const values = witness(comparison, window);
    const first = Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number));
    expect(first.slice(0, 20).filter((row) => row >= 400).length).toBeGreaterThan(10);
  });
});
