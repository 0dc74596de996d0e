import { DatabaseSync } from 'node:sqlite';
import { type Fit, sketchVectors } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createCounter } from '../../../collector/src/watch/counter.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { createFits } from '../../../collector/src/watch/fits.ts';
import { createSampling } from '../../../collector/src/watch/sampling.ts';
import { createSlicesOf } from '../../../collector/src/watch/slices.ts';
import { createStreams } from '../../../collector/src/watch/streams.ts';
import { sumWork } from '../../../collector/src/watch/sum-work.ts';
import { createUnits } from '../../../collector/src/watch/units.ts';
import { embeddingRow } from '../../contracts/store/rows.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { createMemoryStore } from './support/memory-store.ts';

const minute_us = 60_000_000;
const dimension = 4;
const vectors = cloud({ count: 200, dimension, seed: 1 });

function setUp() {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const store = createMemoryStore();
  const streams = createStreams(database);
  const skipped = createCounter();
  const fits = createFits({ database, streams, wanted: 100 });
  const parts = {
    ...{ store, streams, skipped, fits, rows_max: 100, settled_us: () => Infinity },
    slicesOf: createSlicesOf(database),
    unitsOf: createUnits(database),
    sampling: createSampling({ database, per_second: 100 }),
    watched: watchedFeatures('*'),
  };
  return { store, streams, fits, skipped, run: () => sumWork('sketch', parts) };
}

function row(number: number, fields: Partial<NewRow<'embeddings'>> = {}): NewRow<'embeddings'> {
  const vector = vectors[number % vectors.length] as Float32Array;
  return embeddingRow(number, { dimension, vector, time: 1_000 * minute_us + number, ...fields });
}

const rows = (from: number, to: number, fields: Partial<NewRow<'embeddings'>> = {}) =>
  Array.from({ length: to - from }, (_, i) => row(from + i, fields));

describe('sumWork', () => {
  test('fits on the first vectors and sums the others, for each slice and minute', async () => {
    const { store, streams, run } = setUp();
    store.addEmbeddings(rows(0, 99));
    await run();
    expect(streams.list()).toMatchObject([{ phase: 'fitting', feature: 'embedding.output' }]);
    const later = rows(101, 110, { slices: '{"service":"desk"}', time: 1_001 * minute_us + 5 });
    store.addEmbeddings([row(99), row(100), ...later]);
    await run();
    const [stream] = streams.list();
    const fit = streams.fitOf(stream!) as Fit;
    expect(stream).toMatchObject({ phase: 'reference', sketch_id: fit.id });
    const expected = (minute: number, slice_key: string, slice_value: string, from: number, to: number) => {
      const { id, count, sums } = sketchVectors(fit, vectors.slice(from, to));
      const key = { tenant: 'default', feature: 'embedding.output', minute: minute * minute_us };
      return { ...key, slice_key, slice_value, sketch_id: id, count, sums, sampling_probability: null };
    };
    expect(store.sketches).toEqual([
      expected(1_000, 'all', 'all', 100, 101),
      expected(1_000, 'service', 'shop', 100, 101),
      expected(1_001, 'all', 'all', 101, 110),
      expected(1_001, 'service', 'desk', 101, 110),
    ]);
  });

  test('vectors of another encoder or dimension are another stream', async () => {
    const { store, streams, run } = setUp();
    store.addEmbeddings([row(1), row(2, { encoder: 'other' }), row(3, { dimension: 2, vector: [1, 2] })]);
    await run();
    expect(streams.list()).toHaveLength(3);
  });

  test('leaves out what is no vector, and counts it', async () => {
    const { store, fits, streams, skipped, run } = setUp();
    store.addEmbeddings([
      row(1),
      row(2, { vector: [1, 2, 3] }),
      row(3, { vector: [1, Number.NaN, 3, 4] }),
      row(4, { dimension: 0, vector: [] }),
    ]);
    await run();
    expect(skipped.counts()).toEqual({ wrong_dimension: 2, not_finite: 1 });
    expect(fits.count(streams.list()[0]!)).toBe(1);
  });

  test('twenty values of a column have a slice each, the others share one', async () => {
    const { store, run } = setUp();
    store.addEmbeddings(rows(0, 100));
    const values = Array.from({ length: 30 }, (_, i) =>
      row(100 + i, { slices: JSON.stringify({ service: `s${i}` }) }),
    );
    store.addEmbeddings(values);
    store.addEmbeddings([
      row(130, { slices: '{"service":"s3"}' }),
      row(131, { slices: '{"service":"new","x":1}' }),
    ]);
    await run();
    await run();
    await run();
    const services = store.sketches.filter(({ slice_key }) => slice_key === 'service');
    expect(new Set(services.map(({ slice_value }) => slice_value)).size).toBe(21);
    const other = services.filter(({ slice_value }) => slice_value === 'other');
    expect(other.map(({ count }) => count)).toEqual([10, 1]);
    expect(services.filter(({ slice_value }) => slice_value === 's3').map(({ count }) => count)).toEqual([
      1, 1,
    ]);
  });

  test('slices that are no object of texts count as none', async () => {
    const { store, run } = setUp();
    store.addEmbeddings(rows(0, 100));
    store.addEmbeddings(
      ['null', '[]', '1', 'nonsense', '{"service":5}'].map((slices, i) => row(100 + i, { slices })),
    );
    await run();
    await run();
    expect(store.sketches).toMatchObject([{ slice_key: 'all', count: 5 }]);
  });

  test('watches so many streams and no more', async () => {
    const { store, streams, skipped, run } = setUp();
    store.addEmbeddings(Array.from({ length: 270 }, (_, i) => row(i, { feature: `embedding.${i}` })));
    await run();
    expect(streams.list()).toHaveLength(256);
    expect(skipped.counts()).toEqual({ too_many_streams: 14 });
  });
});
