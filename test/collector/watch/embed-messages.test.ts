import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { EmbedRow } from '../../../collector/src/stores/store.ts';
import { createTables } from '../../../collector/src/watch/control.ts';
import { createCounter } from '../../../collector/src/watch/counter.ts';
import { embedMessages } from '../../../collector/src/watch/embed-messages.ts';
import { type Encoder, EncoderError } from '../../../collector/src/watch/encoders/encoder.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { createSampling } from '../../../collector/src/watch/sampling.ts';
import { createMemoryStore } from './support/memory-store.ts';

function message(number: number, text: string): EmbedRow {
  return {
    ...{
      tenant: 'default',
      trace_id: `t${number}`,
      span_id: `s${number}`,
      conversation_id: 'c',
      time: number,
    },
    ingest_time: number,
    ...{ text_hash: `h${text}`, text, output_hash: null, output_text: null, slices: { service: 'shop' } },
  };
}

/** Gives the length of each text, and refuses every portion that holds one of these. */
function fussyEncoder(refused: readonly string[] = []): Encoder & { calls: string[][] } {
  const calls: string[][] = [];
  return {
    ...{ calls, name: 'fussy', dimension: 1 },
    async embed(texts) {
      calls.push([...texts]);
      if (texts.some((text) => refused.includes(text))) throw new EncoderError('No.', { refused: true });
      return texts.map((text) => Float32Array.of(text.length));
    },
  };
}

function setUp(encoder: Encoder, rows: readonly EmbedRow[], features = 'embedding.*', per_second = 100) {
  const store = createMemoryStore();
  store.addMessages(rows);
  const skipped = createCounter();
  const { signal } = new AbortController();
  const database = new DatabaseSync(':memory:');
  createTables(database);
  const parts = {
    ...{ store, encoder, skipped, signal, rows_max: 100 },
    sampling: createSampling({ database, per_second }),
    watched: watchedFeatures(features),
  };
  return { store, skipped, run: () => embedMessages(parts) };
}

const embedded = async (store: ReturnType<typeof createMemoryStore>) =>
  (await store.take('sketch', 100))?.rows ?? [];

describe('embedMessages', () => {
  test('stores a vector for each message, asking for each text once', async () => {
    const encoder = fussyEncoder();
    const { store, run } = setUp(encoder, [message(1, 'one'), message(2, 'three'), message(3, 'one')]);
    expect(await run()).toBe(3);
    expect(encoder.calls).toEqual([['one', 'three']]);
    const rows = await embedded(store);
    expect(rows.map((row) => row.vector[0])).toEqual([3, 5, 3]);
    expect(rows[0]).toEqual({
      ...{
        tenant: 'default',
        trace_id: 't1',
        span_id: 's1',
        conversation_id: 'c',
        time: 1,
        text_hash: 'hone',
      },
      feature: 'embedding.user_message',
      slices: '{"service":"shop","language":"latin"}',
      ...{ encoder: 'fussy', dimension: 1, vector: Float32Array.of(3), sampling_probability: null },
      ingest_time: 1,
    });
    expect(await run()).toBe(0);
  });

  test('leaves out the texts the encoder refuses, and empty ones, and counts them', async () => {
    const texts = ['a', 'b', 'bad', 'c', '  ', 'd', 'worse'];
    const { store, skipped, run } = setUp(
      fussyEncoder(['bad', 'worse']),
      texts.map((text, i) => message(i, text)),
    );
    await run();
    expect((await embedded(store)).map((row) => row.text_hash)).toEqual(['ha', 'hb', 'hc', 'hd']);
    expect(skipped.counts()).toEqual({ not_embeddable: 3 });
  });

  test('waits where the encoder refuses everything: that is not the fault of the texts', async () => {
    const { store, skipped, run } = setUp(fussyEncoder(['a', 'b']), [message(1, 'a'), message(2, 'b')]);
    await expect(run()).rejects.toThrow(EncoderError);
    expect(await store.take('embed', 100)).not.toBe(null);
    expect(skipped.counts()).toEqual({});
  });

  test('embeds what was said in the output where that is asked for by name', async () => {
    const rows = [
      { ...message(1, 'asked'), output_hash: 'ho', output_text: 'said' },
      { ...message(2, 'again'), output_hash: null, output_text: null },
    ];
    const both = setUp(fussyEncoder(), rows, 'embedding.user_message,embedding.output');
    await both.run();
    expect((await embedded(both.store)).map((row) => [row.feature, row.text_hash])).toEqual([
      ['embedding.user_message', 'hasked'],
      ['embedding.output', 'ho'],
      ['embedding.user_message', 'hagain'],
    ]);
    const asked = setUp(fussyEncoder(), rows, 'embedding.*');
    await asked.run();
    expect(await embedded(asked.store)).toHaveLength(2);
  });

  test('takes whole conversations above the budget, and says which share', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => ({
      ...{ ...message(i, `text ${i}`), conversation_id: `c${i % 300}` },
      slices: { service: i < 4 ? 'rare' : 'shop' },
    }));
    const { store, skipped, run } = setUp(fussyEncoder(), rows, 'embedding.*', 2);
    await run();
    const taken = await embedded(store);
    const rare = taken.filter((row) => row.slices.includes('rare'));
    const common = taken.filter((row) => !row.slices.includes('rare'));
    expect(rare.map((row) => [row.span_id, row.sampling_probability])).toEqual(
      ['s0', 's1', 's2', 's3'].map((span) => [span, null]),
    );
    expect(new Set(common.map((row) => row.sampling_probability))).toEqual(new Set([0.2]));
    const whole = Map.groupBy(common, (row) => row.conversation_id);
    expect([...whole].filter(([id]) => Number(id?.slice(1)) > 3).every(([, rows]) => rows.length === 2)).toBe(
      true,
    );
    // 300 conversations with probability 0.2: beyond 35 and 90 once in a million.
    expect(whole.size).toBeGreaterThan(35);
    expect(whole.size).toBeLessThan(90);
    expect(skipped.counts()['sampled_out']).toBe(600 - taken.length);
  });

  test('reads the beginning of a long text', async () => {
    const encoder = fussyEncoder();
    await setUp(encoder, [message(1, 'x'.repeat(1_000_000))]).run();
    expect(encoder.calls[0]?.[0]).toHaveLength(8_000);
  });
});
