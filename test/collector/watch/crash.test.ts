import { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';
import type { EmbedRow } from '../../../collector/src/stores/store.ts';
import type { Encoder } from '../../../collector/src/watch/encoders/encoder.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { recordingLog } from '../../support/log.ts';
import { createMemoryStore, memory_arrival_us } from './support/memory-store.ts';
import { createFate, mortalControl, mortalStore } from './support/mortal.ts';

const dimension = 4;
const options = {
  drift_features: 'embedding.*',
  drift_vectors_per_second: 100,
  drift_interval_ms: 1_000,
  drift_fit: 70,
  drift_reference: 50,
  drift_window: 30,
  drift_window_minutes_max: 60,
  drift_alpha: 0.001,
  drift_tolerance: 0.02,
};

/** Vectors far from each other in kind: the first 250 are alike, the rest lie elsewhere. */
const vectors = [
  ...cloud({ count: 250, dimension, seed: 1 }),
  ...cloud({ count: 90, dimension, seed: 2, shift: 4 }),
];
const encoder: Encoder = {
  name: 'test',
  dimension,
  embed: async (texts) => texts.map((text) => vectors[Number(text)] as Float32Array),
};

function messages(): EmbedRow[][] {
  const rows = vectors.map((_, number) => ({
    tenant: 'default',
    trace_id: `trace ${number}`,
    span_id: `span ${number}`,
    // Two of three belong to conversations of four messages, two minutes from each other.
    conversation_id: number % 3 === 0 ? null : `c${(number % 20) + 20 * Math.floor(number / 80)}`,
    time: (1_000 + Math.floor(number / 10)) * 60_000_000,
    ingest_time: number,
    text_hash: `hash ${number}`,
    text: String(number),
    output_hash: null,
    output_text: null,
    slices: { service: number % 2 === 0 ? 'shop' : 'desk' },
  }));
  // Batches end inside the fit, inside minutes, and inside windows.
  return [0, 45, 100, 155, 201, 266, 303].map((start, index, starts) => rows.slice(start, starts[index + 1]));
}

/** What the outside gets to see in the end. */
interface Outcome {
  readonly verdicts: readonly (Verdict & VerdictContext)[];
  readonly scores: readonly unknown[];
  readonly sketched: number;
  readonly references: readonly unknown[];
  readonly split: number;
  readonly carried: readonly unknown[];
  readonly status: unknown;
  readonly steps: number;
  readonly deaths: number;
}

/** Feeds everything to a watch that dies once and is started again on what it left behind. */
async function live(dies_at: number): Promise<Outcome> {
  const store = createMemoryStore();
  const control = new DatabaseSync(':memory:');
  const fate = createFate(dies_at);
  const judged = new Map<string, Verdict & VerdictContext>();
  const onVerdict = (verdict: Verdict, context: VerdictContext) =>
    fate.around(async () => {
      const name = JSON.stringify([
        verdict.detector,
        context.slice_key,
        context.slice_value,
        context.window_start_us,
      ]);
      const again = { ...verdict, ...context };
      // A window may be handed on twice, but it never says anything else.
      expect(judged.get(name) ?? again).toEqual(again);
      judged.set(name, again);
    });
  const start = () => {
    fate.begin();
    return createWatch({
      store: mortalStore(store, fate),
      control: mortalControl(control, fate),
      ...{ encoder, options, onVerdict },
      now: () => memory_arrival_us / 1_000 + 60_000,
      log: recordingLog(),
    });
  };
  let watch = start();
  let deaths = 0;
  for (const batch of messages()) {
    store.addMessages(batch);
    await watch.round();
    // A crash takes everything in memory with it.
    if (watch.counts().errors > 0) {
      deaths += 1;
      if (control.isTransaction) control.exec('ROLLBACK');
      watch = start();
      await watch.round();
    }
  }
  await watch.round();
  const scores = new Map(store.scores.map((score) => [score.score_id, score]));
  return {
    verdicts: [...judged.values()],
    scores: [...scores.values()],
    sketched: store.sketches
      .filter((row) => row.slice_key === 'all')
      .reduce((sum, row) => sum + row.count, 0),
    carried: control.prepare('SELECT * FROM watch_sequential').all(),
    split: control.prepare('SELECT * FROM watch_units').all().length,
    references: control.prepare('SELECT * FROM watch_references').all(),
    status: watch.status('default'),
    steps: fate.steps(),
    deaths,
  };
}

describe('a watch that dies', () => {
  test('anywhere, and is started again, comes to the same end', { timeout: 120_000 }, async () => {
    const undisturbed = await live(0);
    expect(undisturbed.sketched).toBeGreaterThan(100);
    expect(undisturbed.split, 'conversations that go on after their window').toBeGreaterThan(5);
    expect(
      undisturbed.verdicts
        .filter(({ slice_key, detector }) => slice_key === 'all' && detector === 'embedding-drift')
        .map(({ drifted }) => drifted),
    ).toEqual([false, true, true]);
    expect(undisturbed.carried, 'what the online detector carries, and what was found').toHaveLength(2);
    expect(undisturbed.scores).toHaveLength(undisturbed.verdicts.length);
    expect(undisturbed.steps).toBeGreaterThan(40);
    for (let dies_at = 1; dies_at <= undisturbed.steps; dies_at++) {
      const { steps: _, ...outcome } = await live(dies_at);
      expect({ ...outcome, steps: undisturbed.steps }, `death at step ${dies_at}`).toEqual({
        ...undisturbed,
        deaths: 1,
      });
    }
  });
});
