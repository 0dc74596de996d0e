import { createFit, type Fit, fitUnits, type Verdict, witness } from '@sextant/detectors';
import { beforeAll, describe, expect, test } from 'vitest';
import { embeddingDrift } from '../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, shuffled } from '../../detectors/src/sketches/random.ts';
import { clopperPearson } from './support/clopper-pearson.ts';
import { dimension, type Embeddings, has_embeddings, loadEmbeddings } from './support/embeddings.ts';
import { createPool, dealReference, type Pool, rowsAt, sample, sumRows } from './support/pool.ts';

const fit_rows = 2_000;
const n_reference = 5_000;
/** Rows that a split leaves for windows. */
const rows_left = 1_000;
const splits = 300;
const messages_per_conversation = 5;

/**
 * Rates over many windows of real sentence embeddings. Every window has its own random split into reference and
 * window: with one fixed reference the rate would tell the luck of that reference. `npm run bench:drift` measures
 * the same over more windows and more populations.
 */
describe.skipIf(!has_embeddings)('embedding-drift on MiniLM embeddings', { timeout: 120_000 }, () => {
  let embeddings: Embeddings;
  let vectors: readonly Float32Array[];
  let fit: Fit;
  let known: Pool;

  beforeAll(() => {
    embeddings = loadEmbeddings();
    vectors = shuffled(embeddings.known, createRandom(21)).slice(0, fit_rows + n_reference + rows_left);
    fit = createFit({ encoder: 'MiniLM', dimension, vectors: vectors.slice(0, fit_rows) });
    known = poolOf(vectors.slice(fit_rows));
  });

  function poolOf(rows: readonly Float32Array[]): Pool {
    return createPool(
      fit,
      rows.map((row) => [row]),
    );
  }

  /** Verdicts on windows that hold the share of foreign rows. */
  function verdicts(
    { n, share, foreign }: { n: number; share: number; foreign: readonly Float32Array[] },
    windows: number,
    alpha: number,
  ): Verdict[] {
    const random = createRandom(5);
    const pool = poolOf(foreign);
    return Array.from({ length: windows }, () => {
      const { reference, rest } = dealReference(known, n_reference, random);
      const moved = Math.round(n * share);
      const rows = [...rowsAt(known, rest.slice(0, n - moved)), ...sample(pool.rows, moved, random)];
      return embeddingDrift.detect({ fit, reference, current: sumRows(fit, rows), alpha, tolerance: 0.02 });
    });
  }

  function expectNominalRates(name: string, pool: Pool, plan: { n_reference: number; sizes: number[] }) {
    const random = createRandom(5);
    const found = new Map<number, Verdict[]>(plan.sizes.map((size) => [size, []]));
    for (let split = 0; split < splits; split++) {
      const { reference, rest } = dealReference(pool, plan.n_reference, random);
      for (const [size, results] of found) {
        const current = sumRows(pool.fit, rowsAt(pool, rest.slice(0, size)));
        const request = { fit: pool.fit, reference, current, alpha: 0.05, tolerance: 0.02 };
        results.push(embeddingDrift.detect(request));
      }
    }
    for (const [size, results] of found) {
      for (const alpha of [0.05, 0.01]) {
        const below = results.filter(({ p }) => (p as number) < alpha).length;
        const { low, high } = clopperPearson(below, splits);
        console.info(`null, ${name}, n=${size}: p < ${alpha} in ${below} of ${splits} windows`);
        // Putting three families together may cost a fifth at most.
        expect(low).toBeLessThan(1.2 * alpha);
        expect(high).toBeGreaterThan(0.8 * alpha);
      }
      expect(results.filter(({ p }) => (p as number) < 0.001).length).toBeLessThan(6);
      const drifted = results.filter((verdict) => verdict.drifted).length;
      expect(clopperPearson(drifted, splits).low).toBeLessThan(0.05);
    }
  }

  test('false alarms come at the level asked for, in small windows too', () => {
    expectNominalRates('messages', known, { n_reference, sizes: [50, 200, 1_000] });
  });

  test('conversations of one intent are counted once, and raise no more alarms than messages', () => {
    const of_intent = Map.groupBy(embeddings.known.keys(), (row) => embeddings.known_intents[row]);
    const units = [...of_intent.values()].flatMap((rows) =>
      Array.from({ length: 28 }, (_, conversation) =>
        rows
          .slice(conversation * messages_per_conversation, (conversation + 1) * messages_per_conversation)
          .map((row) => embeddings.known[row] as Float32Array),
      ),
    );
    const dealt = shuffled(units, createRandom(22));
    // Few units for a fit, which says by how much their spectrum may be wrong.
    const unit_fit = fitUnits({ encoder: 'MiniLM', dimension, units: dealt.slice(0, 400) });
    const pool = createPool(unit_fit, dealt.slice(400, 3_000));
    expectNominalRates('conversations', pool, { n_reference: 2_000, sizes: [100] });
  });

  /** Vectors as other encoders and other traffic have them; rows are the first of the known ones. */
  const strange: Record<string, (rows: readonly Float32Array[]) => readonly Float32Array[]> = {
    'every row three times, nearly': (rows) =>
      rows
        .slice(0, 1_500)
        .flatMap((row) => [0, 1, 2].map((copy) => row.map((value, i) => value + 1e-3 * Math.sin(i * copy)))),
    'lengths between 1 and 30': (rows) =>
      rows.map((row, index) => row.map((value) => value * 30 ** ((index % 97) / 96))),
    'constant columns': (rows) => rows.map((row) => row.map((value, i) => (i % 7 === 0 ? 0.3 : value))),
    '16 dimensions': (rows) => rows.map((row) => row.slice(0, 16)),
  };

  test.each(Object.keys(strange))('holds its level for vectors with %s', (name) => {
    const rows = shuffled(strange[name]?.(vectors.slice(0, 4_500)) ?? [], createRandom(23));
    const dimensions = rows[0]?.length as number;
    const of_rows = createFit({ encoder: 'other', dimension: dimensions, vectors: rows.slice(0, 900) });
    const pool = createPool(
      of_rows,
      rows.slice(900).map((row) => [row]),
    );
    expectNominalRates(name, pool, { n_reference: 3_000, sizes: [50, 300] });
  });

  test('finds 20 % out-of-scope texts in 200 at α = .001, and says how many', () => {
    const results = verdicts({ n: 200, share: 0.2, foreign: embeddings.out_of_scope }, 60, 0.001);
    expect(results.filter(({ p }) => (p as number) < 0.001).length).toBe(60);
    expect(results.filter((verdict) => verdict.drifted).length).toBeGreaterThan(54);
    const covered = results.filter((verdict) => (verdict.effect_low as number) <= 0.2);
    expect(covered.length).toBeGreaterThan(54);
    const effects = results.map((verdict) => verdict.effect as number).sort((a, b) => a - b);
    expect(effects[30]).toBeGreaterThan(0.12);
    expect(effects[30]).toBeLessThan(0.22);
  });

  test('finds 10 % of a neighbouring domain in 500 most of the time', () => {
    const foreign = embeddings.banking.slice(0, 2_000);
    const results = verdicts({ n: 500, share: 0.1, foreign }, 100, 0.01);
    const found = results.filter(({ p }) => (p as number) < 0.01).length;
    console.info(`10 % banking77, n=500, α=.01: p < .01 in ${found} of 100 windows`);
    expect(clopperPearson(found, 100).high).toBeGreaterThan(0.85);
    expect(found).toBeGreaterThan(75);
  });

  test('the witness puts what is new first', () => {
    const foreign = embeddings.out_of_scope.slice(0, 100);
    const familiar = vectors.slice(fit_rows + n_reference).slice(0, 400);
    const window = [...familiar, ...foreign];
    const comparison = {
      fit,
      reference: sumRows(fit, known.rows.slice(0, n_reference)),
      current: sumRows(fit, poolOf(window).rows),
    };
    const values = witness(comparison, window);
    const first = Array.from(values.keys()).sort((a, b) => (values[b] as number) - (values[a] as number));
    expect(first.slice(0, 20).filter((row) => row >= 400).length).toBeGreaterThan(17);
  });
});
