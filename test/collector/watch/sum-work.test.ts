import { DatabaseSync } from 'node:sqlite';
import { type Fit, featureKind, sketchVectors } from '@sextant/detectors';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createCounter } from '../../../collector/src/watch/counter.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { createFits } from '../../../collector/src/watch/fits.ts';
import { createMeasuredUnits } from '../../../collector/src/watch/measured-units.ts';
import { createOpenMinutes } from '../../../collector/src/watch/open-minutes.ts';
import { createSampling } from '../../../collector/src/watch/sampling.ts';
import { createSlicesOf } from '../../../collector/src/watch/slices.ts';
import { createStreams } from '../../../collector/src/watch/streams.ts';
import { sumWork } from '../../../collector/src/watch/sum-work.ts';
import { createUnits } from '../../../collector/src/watch/units.ts';
import { embeddingRow } from '../../contracts/store/rows.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { createMemoryStore, type MemoryStore } from './support/memory-store.ts';

const minute_us = 60_000_000;
const dimension = 4;
const vectors = cloud({ count: 200, dimension, seed: 1 });

type Fate = 'lives' | 'dies before' | 'dies after';

/** @param fateOf what becomes of the process at each end of a portion of work */
function setUp(fateOf: () => Fate = () => 'lives') {
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const memory = createMemoryStore();
  const store: MemoryStore = {
    ...memory,
    async finish(work, results) {
      const fate = fateOf();
      if (fate === 'dies before') throw new Error('died');
      await memory.finish(work, results);
      if (fate === 'dies after') throw new Error('died');
    },
  };
  const streams = createStreams(database);
  const skipped = createCounter();
  const errors: string[] = [];
  const onError = (_: unknown, message: string) => void errors.push(message);
  const fits = createFits({ database, streams, wanted: 100, onError });
  const parts = {
    ...{ store, streams, skipped, fits, rows_max: 100, settled_us: () => Infinity },
    slicesOf: createSlicesOf(database),
    unitsOf: createUnits(database),
    measured: createMeasuredUnits(),
    open_minutes: createOpenMinutes({ store, now: Date.now }),
    sampling: createSampling({ database, per_second: 100 }),
    watched: watchedFeatures('*'),
  };
  return { store, streams, fits, skipped, errors, run: () => sumWork('sketch', parts) };
}

function row(number: number, fields: Partial<NewRow<'embeddings'>> = {}): NewRow<'embeddings'> {
  const vector = vectors[number % vectors.length] as Float32Array;
  return embeddingRow(number, { dimension, vector, time: 1_000 * minute_us + number, ...fields });
}

async function drain({ run }: ReturnType<typeof setUp>): Promise<void> {
  for (let done = false; !done; ) {
    done = await run().then(
      (count) => count === 0,
      () => false,
    );
  }
}

/** What all rows of a minute and slice add up to. */
function summed(store: MemoryStore, minute: number, slice_value: string): number[] {
  return [...(totals(store).get(`${minute} ${slice_value}`)?.sums ?? [])];
}

function totals(store: MemoryStore) {
  const found = new Map<string, { count: number; sums: number[] }>();
  for (const { minute, slice_value, count, sums } of store.sketches) {
    const name = `${minute / minute_us} ${slice_value}`;
    const known = found.get(name) ?? { count: 0, sums: Array.from(sums, () => 0) };
    known.count += count;
    known.sums = known.sums.map((value, i) => value + (sums[i] as number));
    found.set(name, known);
  }
  return found;
}

const rows = (from: number, to: number, fields: Partial<NewRow<'embeddings'>> = {}) =>
  Array.from({ length: to - from }, (_, i) => row(from + i, fields));

describe('sumWork', () => {
  test('lets others have their turn between the fits of many features', async () => {
    const { store, streams, run } = setUp();
    const features = Array.from({ length: 10 }, (_, number) => `embedding.f${number}`);
    store.addEmbeddings(features.flatMap((feature) => rows(0, 100, { feature })));
    let turns = 0;
    const counting = setInterval(() => {
      turns += 1;
    });
    while ((await run()) > 0);
    clearInterval(counting);
    expect(streams.list().map(({ phase }) => phase)).toEqual(features.map(() => 'reference'));
    expect(turns).toBeGreaterThan(0);
  });

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

  test('a conversation counts once, in the minute it begins in, as the mean of what is said in it', async () => {
    const { store, streams, run } = setUp();
    store.addEmbeddings(rows(0, 100));
    const said = (number: number, minute: number, conversation_id: string, fields = {}) =>
      row(number, { conversation_id, time: minute * minute_us + number, ...fields });
    store.addEmbeddings([said(100, 1_000, 'a'), said(101, 1_000, 'b')]);
    store.addEmbeddings([
      said(102, 1_001, 'a', { slices: '{"service":"desk"}' }),
      said(103, 1_001, 'c'),
      said(104, 1_002, 'a'),
    ]);
    for (let i = 0; i < 3; i++) await run();
    const fit = streams.fitOf(streams.list()[0]!)!;
    const measure = featureKind('embedding.output')!.createMeasure(fit);
    const mean = (...numbers: number[]) => [...measure(numbers.map((number) => vectors[number]!))];
    expect(
      store.sketches.map(({ minute, slice_value, count }) => [minute / minute_us, slice_value, count]),
    ).toEqual([
      [1_000, 'all', 2],
      [1_000, 'shop', 2],
      [1_000, 'all', 0],
      [1_000, 'shop', 0],
      [1_000, 'desk', 1],
      [1_001, 'all', 1],
      [1_001, 'shop', 1],
    ]);
    const plus = (a: number[], b: number[]) => a.map((value, i) => value + b[i]!);
    expect(summed(store, 1_000, 'all')).toEqual(plus(mean(100, 102, 104), mean(101)));
    expect(summed(store, 1_000, 'shop')).toEqual(plus(mean(100, 104), mean(101)));
    expect(summed(store, 1_000, 'desk')).toEqual(mean(102));
    expect(summed(store, 1_001, 'all')).toEqual(mean(103));
  });

  test('a conversation of the fit is in no sketch, whatever is said in it later', async () => {
    const { store, fits, streams, run } = setUp();
    store.addEmbeddings(rows(0, 120).map((row, i) => ({ ...row, conversation_id: `c${Math.floor(i / 2)}` })));
    await run();
    expect(fits.count(streams.list()[0]!)).toBe(60);
    store.addEmbeddings(rows(120, 200).map((row, i) => ({ ...row, conversation_id: `d${i}` })));
    store.addEmbeddings([row(1, { conversation_id: 'c7' }), row(2, { conversation_id: 'e' })]);
    await run();
    await run();
    const counted = store.sketches.filter(({ slice_key }) => slice_key === 'all');
    expect(counted.map(({ count }) => count)).toEqual([40, 1]);
  });

  test('a long conversation counts anew after 32 values', async () => {
    const { store, run } = setUp();
    store.addEmbeddings(rows(0, 100));
    store.addEmbeddings(rows(100, 140).map((row) => ({ ...row, conversation_id: 'long' })));
    for (let i = 0; i < 50; i++) store.addEmbeddings([row(140 + i, { conversation_id: 'long' })]);
    for (let i = 0; i < 52; i++) await run();
    const total = store.sketches
      .filter(({ slice_key }) => slice_key === 'all')
      .reduce((sum, { count }) => sum + count, 0);
    expect(total).toBe(Math.ceil(90 / 32));
  });

  test('any split into portions and any crash gives the same sums', { timeout: 120_000 }, async () => {
    const later = fc.record({
      conversation: fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }),
      minute: fc.integer({ min: 1_000, max: 1_004 }),
      service: fc.constantFrom('shop', 'desk'),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(later, { minLength: 1, maxLength: 90 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 12 })),
        fc.infiniteStream(fc.constantFrom('lives', 'dies before', 'dies after')),
        async (values, sizes, fates) => {
          const later_rows = values.map(({ conversation, minute, service }, i) =>
            row(100 + i, {
              conversation_id: conversation === null ? null : `c${conversation}`,
              time: minute * minute_us + i,
              slices: JSON.stringify({ service }),
            }),
          );
          const whole = setUp();
          whole.store.addEmbeddings(rows(0, 100));
          whole.store.addEmbeddings(later_rows);
          await drain(whole);
          const split = setUp(() => fates.next().value ?? 'lives');
          split.store.addEmbeddings(rows(0, 100));
          for (let start = 0, size = 0; start < later_rows.length; start += size) {
            size = sizes.next().value ?? 1;
            split.store.addEmbeddings(later_rows.slice(start, start + size));
          }
          await drain(split);
          expect(totals(split.store)).toEqual(totals(whole.store));
        },
      ),
      { numRuns: 60, seed: 5 },
    );
  });

  test('watches so many streams and no more', async () => {
    const { store, streams, skipped, run } = setUp();
    store.addEmbeddings(Array.from({ length: 270 }, (_, i) => row(i, { feature: `embedding.${i}` })));
    await run();
    expect(streams.list()).toHaveLength(256);
    expect(skipped.counts()).toEqual({ too_many_streams: 14 });
  });
});
