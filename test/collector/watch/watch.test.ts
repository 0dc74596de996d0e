import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../collector/src/stores/store.ts';
import { createDetect } from '../../../collector/src/watch/detect.ts';
import { type Encoder, EncoderError } from '../../../collector/src/watch/encoders/encoder.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { embeddingRow } from '../../contracts/store/rows.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { recordingLog } from '../../support/log.ts';
import { createMemoryStore, memory_arrival_us } from './support/memory-store.ts';
import { createSender, openStore } from './support/stores.ts';

const dimension = 4;
const vectors = cloud({ count: 300, dimension, seed: 1 });
const options = {
  drift_features: 'embedding.*',
  drift_vectors_per_second: 100,
  drift_interval_ms: 1_000,
  drift_fit: 70,
  drift_reference: 100,
  drift_window: 40,
  drift_window_minutes_max: 60,
  drift_alpha: 0.001,
  drift_tolerance: 0.02,
};
const rows = (feature: string) =>
  vectors.map((vector, number) =>
    embeddingRow(number, { feature, dimension, vector, time: Math.floor(number / 20) * 60_000_000 }),
  );
const down: Encoder = {
  name: 'down',
  dimension,
  embed: () => Promise.reject(new EncoderError('It is down.', { refused: false })),
};

function setUp(changed: Partial<Store> = {}, encoder: Encoder = down) {
  const memory = createMemoryStore();
  const store = { ...memory, ...changed } as unknown as Store;
  const control = new DatabaseSync(':memory:');
  const log = recordingLog();
  const clock = { now_ms: memory_arrival_us / 1_000 + 60_000 };
  const judged: string[] = [];
  const watch = createWatch({
    ...{ store, control, encoder, options, log },
    now: () => clock.now_ms,
    onVerdict: (_, context) => void judged.push(context.feature),
  });
  return { memory, watch, log, clock, judged };
}

describe('createWatch', () => {
  test('an encoder that is down stops nothing else, and is left alone for longer and longer', async () => {
    let calls = 0;
    const { memory, watch, log, clock } = setUp(
      {},
      {
        ...down,
        embed: (...given) => {
          calls += 1;
          return down.embed(...given);
        },
      },
    );
    const message = { tenant: 'default', trace_id: 't', span_id: 's', conversation_id: null, time: 0 };
    memory.addMessages([
      {
        ...message,
        ingest_time: 1,
        ...{ text_hash: 'h', text: 'hello', output_hash: null, output_text: null },
        slices: {},
      },
    ]);
    memory.addEmbeddings(rows('embedding.output'));
    await watch.round();
    expect(watch.status('default')).toMatchObject([{ phase: 'watching', n_fit: 70, n_reference: 110 }]);
    expect(watch.counts()).toMatchObject({ rounds: 1, errors: 1 });
    expect(watch.counts().last_error).toContain('It is down.');
    expect(log.lines).toHaveLength(1);
    await watch.round();
    expect(calls).toBe(1);
    clock.now_ms += 1_000;
    await watch.round();
    clock.now_ms += 1_000;
    await watch.round();
    expect(calls).toBe(2);
  });

  test('a feature that cannot be judged stops no other', async () => {
    const memory = createMemoryStore();
    const { watch, judged } = setUp({
      ...memory,
      query: (name, parameters) =>
        parameters['feature'] === 'embedding.broken'
          ? Promise.reject(new Error('no such luck'))
          : memory.query(name, parameters),
    });
    memory.addEmbeddings(rows('embedding.broken'));
    memory.addEmbeddings(rows('embedding.whole'));
    await watch.round();
    expect(new Set(judged)).toEqual(new Set(['embedding.whole']));
    expect(watch.counts()).toMatchObject({ errors: 1 });
  });

  test('runs by itself until it is stopped, and stopping ends its pause', async () => {
    const { memory, watch, judged } = setUp();
    memory.addEmbeddings(rows('embedding.output'));
    watch.start();
    while (judged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await watch.stop();
    const { rounds } = watch.counts();
    expect(rounds).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(watch.counts().rounds).toBe(rounds);
  });
});

describe('createDetect', () => {
  test('refuses ranges that are empty and slices that do not exist', async () => {
    const { store } = await openStore();
    const detect = createDetect({ store, options });
    const ranges = { tenant: 'default', from_us: 10, to_us: 20, reference_from_us: 0, reference_to_us: 10 };
    expect(await detect(ranges)).toEqual([]);
    for (const wrong of [{ to_us: 10 }, { reference_to_us: 0 }, { slice: { key: '$', value: 'x' } }]) {
      await expect(detect({ ...ranges, ...wrong })).rejects.toMatchObject({ code: 'bad_request' });
    }
  });

  test('says so where the reference is too small', async () => {
    const { store, control } = await openStore();
    const sender = createSender(store, 10);
    await sender.send(['one', 'two', 'three']);
    const encoder: Encoder = {
      ...down,
      embed: async (texts) => texts.map(() => new Float32Array(dimension)),
    };
    const log = recordingLog();
    const watch = createWatch({
      ...{ store, control, encoder, options, log },
      now: Date.now,
      onVerdict: () => undefined,
    });
    await watch.round();
    const range = {
      from_us: 0,
      to_us: sender.next_us(),
      reference_from_us: 0,
      reference_to_us: sender.next_us(),
    };
    const feature = 'embedding.user_message';
    expect(await createDetect({ store, options })({ tenant: 'default', ...range, feature })).toMatchObject([
      { feature, slice: 'all', n_current: 3, n_reference: 3, p: null, drifted: false },
    ]);
  });
});

test('a verdict that was stored twice is one verdict', async () => {
  const { store } = await openStore();
  const score = (score_id: string, window: number, drifted: boolean) => ({
    ...{
      tenant: 'default',
      score_id,
      name: 'embedding-drift',
      source: 'detector',
      trace_id: null,
      span_id: null,
    },
    ...{ feature: 'embedding.output', slice_key: 'all', slice_value: 'all', explanation: null, value: null },
    ...{ time: window * 1e9, window_start: window * 1e9, window_end: (window + 1) * 1e9 },
    label: drifted ? 'drifted' : 'stable',
    details: JSON.stringify({ drifted }),
  });
  await store.insert('scores', [score('b', 2, true), score('a', 1, false)]);
  await store.insert('scores', [score('b', 2, true)]);
  const verdicts = await store.query('verdicts', { tenant: 'default', feature: 'embedding.output' });
  const common = {
    feature: 'embedding.output',
    slice_key: 'all',
    slice_value: 'all',
    detector: 'embedding-drift',
  };
  expect(verdicts).toEqual([
    { ...common, window_start: 1e9, window_end: 2e9, details: '{"drifted":false}' },
    { ...common, window_start: 2e9, window_end: 3e9, details: '{"drifted":true}' },
  ]);
  expect(await store.query('verdicts', { tenant: 'default', from_us: 2e9, to_us: 3e9 })).toHaveLength(1);
  expect(await store.query('verdicts', { tenant: 'other' })).toEqual([]);
});
