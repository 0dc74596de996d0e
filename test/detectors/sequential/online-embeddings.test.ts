import { createFit, createSketcher, emptySketch, type Fit, type Sketch } from '@sextant/detectors';
import { beforeAll, describe, expect, test } from 'vitest';
import { embeddingOnline } from '../../../detectors/src/sequential/embedding-online.ts';
import { layoutOf } from '../../../detectors/src/sketches/layout.ts';
import { createRandom, type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { dimension, type Embeddings, has_embeddings, loadEmbeddings } from '../support/embeddings.ts';
import { delays, falseAlarms, type StreamPlan } from '../support/streams.ts';

const n_window = 50;

/**
 * The short part of `test/bench/drift/online.ts`: windows of real sentence embeddings at a run length of 2,000, every
 * stream with a random reference of its own, over two sets of texts. Streams are drawn from twice as many texts as
 * the reference has: fewer would be no population, and their own error would be found.
 */
describe.skipIf(!has_embeddings).each([
  ['CLINC150', { n_fit: 2_000, n_reference: 4_000 }],
  ['banking77', { n_fit: 1_500, n_reference: 3_000 }],
] as const)('embedding-online on MiniLM embeddings of %s', (name, sizes) => {
  let fit: Fit;
  let known: readonly Sketch[];
  let strangers: readonly Sketch[];

  beforeAll(() => {
    const embeddings: Embeddings = loadEmbeddings();
    const vectors = shuffled(name === 'CLINC150' ? embeddings.known : embeddings.banking, createRandom(21));
    fit = createFit({ encoder: 'MiniLM', dimension, vectors: vectors.slice(0, sizes.n_fit) });
    const sketcher = createSketcher(fit);
    const single = (vector: Float32Array) => {
      const sketch = emptySketch(fit);
      sketcher.add(vector, [sketch]);
      return sketch;
    };
    known = vectors.slice(sizes.n_fit, sizes.n_fit + 3 * sizes.n_reference).map(single);
    strangers = embeddings.out_of_scope.map(single);
  });

  function plan(share: number): StreamPlan<Fit> {
    let rest: readonly Sketch[] = [];
    const draw = (random: RandomSource, foreign: number) =>
      sumOf(
        fit,
        Array.from({ length: n_window }, () => {
          const rows = random() / 2 ** 32 < foreign ? strangers : rest;
          return rows[random() % rows.length] as Sketch;
        }),
      );
    return {
      fit,
      reference(random) {
        const mixed = shuffled(known, random);
        rest = mixed.slice(sizes.n_reference);
        return sumOf(fit, mixed.slice(0, sizes.n_reference));
      },
      before: (random) => draw(random, 0),
      after: (random) => draw(random, share),
      alpha: 1 / 2_000,
      tolerance: 0.005,
    };
  }

  test('false alarms are rarer than the run length asks for', () => {
    const size = { streams: 40, windows: 100 };
    const { alarms, windows } = falseAlarms(embeddingOnline, plan(0), size);
    console.info(`${name}: ${alarms} false alarms in ${windows} windows`);
    expect(clopperPearson(alarms, windows).low).toBeLessThan(1 / 2_000);
  });

  test('finds 20 % and 10 % of out-of-scope texts', () => {
    for (const [share, vectors_max] of [
      [0.2, 200],
      [0.1, 450],
    ] as const) {
      const { median } = delays(embeddingOnline, plan(share), { streams: 20, windows: 60 });
      console.info(`${name}: ${share * 100} % found after ${median * n_window} vectors (median)`);
      expect(median * n_window).toBeLessThanOrEqual(vectors_max);
    }
  });
});

/** Of the sums only what the detector reads: there is much else. */
function sumOf(fit: Fit, sketches: readonly Sketch[]): Sketch {
  const { leaves, novelty, length } = layoutOf(fit);
  const sums = new Float64Array(length);
  for (const sketch of sketches)
    for (let i = leaves.start; i < novelty.start + novelty.length; i++)
      sums[i] = (sums[i] as number) + (sketch.sums[i] as number);
  return { id: fit.id, count: sketches.length, sums };
}
