import { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { expect, test } from 'vitest';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';
import type { EvaluationRow, Store } from '../../../collector/src/stores/store.ts';
import type { Encoder } from '../../../collector/src/watch/encoders/encoder.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../../detectors/support/clopper-pearson.ts';
import { recordingLog } from '../../support/log.ts';
import { createMemoryStore, type MemoryStore, memory_arrival_us } from './support/memory-store.ts';
import { createFate, mortalControl, mortalStore } from './support/mortal.ts';

const minute_us = 60_000_000;
const n_window = 100;
const options = {
  ...{ drift_features: 'evaluation_label.*', drift_vectors_per_second: 100, drift_interval_ms: 1_000 },
  ...{ drift_fit: 200, drift_reference: 2_000, drift_window: n_window, drift_window_minutes_max: 60 },
  ...{ drift_alpha: 0.05, drift_tolerance: 0 },
};
const encoder: Encoder = { name: 'none', dimension: 1, embed: async () => [] };

type Say = (name: number, number: number) => string;

/** A hundred answers a minute, about each of which there is a word under each name. */
function evaluations(names: number, { from, to }: { from: number; to: number }, say: Say): EvaluationRow[] {
  return Array.from({ length: to - from }, (_, place) => from + place).flatMap((number) =>
    Array.from({ length: names }, (__, name) => ({
      ...{ tenant: 'default', score_id: `${number} ${name}`, name: `check ${name}`, source: 'code' },
      ...{ trace_id: `t${number}`, span_id: `s${number}`, conversation_id: null, slices: {}, value: null },
      time: 1_000 * minute_us + Math.floor(number / n_window) * minute_us,
      ingest_time: number + 1,
      label: say(name, number),
    })),
  );
}

function watchOf(store: MemoryStore | Store, control: DatabaseSync, changed: Partial<typeof options> = {}) {
  const judged: (Verdict & VerdictContext)[] = [];
  const watch = createWatch({
    ...{ store: store as unknown as Store, control, encoder, log: recordingLog() },
    options: { ...options, ...changed },
    now: () => memory_arrival_us / 1_000 + 60_000,
    onVerdict: (verdict, context) => void judged.push({ ...verdict, ...context }),
  });
  return { watch, judged };
}

test('of rounds in which twenty features stand still, fewer than asked for ring', {
  timeout: 180_000,
}, async () => {
  const random = createRandom(41);
  const [names, windows] = [20, 60];
  const store = createMemoryStore();
  const { watch, judged } = watchOf(store, new DatabaseSync(':memory:'));
  // Half of what is said about an answer is the same under each name.
  const say = () => {
    let [of, shared] = [-1, 0];
    return (_: number, number: number) => {
      if (number !== of) [of, shared] = [number, random() / 2 ** 32];
      return (random() % 2 === 0 ? shared : random() / 2 ** 32) < 0.3 ? 'bad' : 'good';
    };
  };
  const said = say();
  for (let from = 0; from < 2_200 + windows * n_window; from += 500) {
    store.addEvaluations(
      evaluations(names, { from, to: Math.min(from + 500, 2_200 + windows * n_window) }, said),
    );
    while ((await watch.round()).has_more);
  }
  expect(watch.counts()).toMatchObject({ errors: 0 });
  const at_once = judged.filter(({ detector }) => detector === 'category-skew');
  const rounds = [...Map.groupBy(at_once, ({ window_start_us }) => window_start_us).values()];
  expect(rounds.length).toBeGreaterThan(windows - 2);
  expect(rounds.every((round) => round.length === names)).toBe(true);
  const count = (rings: (verdict: Verdict) => boolean) => rounds.filter((round) => round.some(rings)).length;
  const alone = count(({ p }) => p !== null && p < options.drift_alpha / 3);
  expect(clopperPearson(alone, rounds.length).low, 'each alone').toBeGreaterThan(options.drift_alpha);
  const together = count(({ drifted }) => drifted);
  expect(clopperPearson(together, rounds.length).low, 'all together').toBeLessThan(options.drift_alpha);
  expect(together).toBeLessThan(alone / 3);
});

/** Three checks, of which one moves a little and one a lot; the watch dies once and is started again. */
async function live(dies_at: number) {
  const store = createMemoryStore();
  const control = new DatabaseSync(':memory:');
  const fate = createFate(dies_at);
  const changed = { drift_fit: 100, drift_reference: 300, drift_alpha: 0.2 };
  const start = () => {
    fate.begin();
    return watchOf(mortalStore(store, fate), mortalControl(control, fate), changed).watch;
  };
  const parts = [500, 600, 800].map((to, place, ends) => ({ from: ends[place - 1] ?? 0, to }));
  let watch = start();
  let deaths = 0;
  for (const part of parts) {
    const say: Say = (name, number) => {
      const share = 3 + (number < 600 ? 0 : ([0, 1, 5][name] ?? 0));
      return (number * 7) % 10 < share ? 'bad' : 'good';
    };
    store.addEvaluations(evaluations(3, part, say));
    await watch.round();
    if (watch.counts().errors > 0) {
      deaths += 1;
      if (control.isTransaction) control.exec('ROLLBACK');
      watch = start();
      await watch.round();
    }
  }
  await watch.round();
  const scores = new Map(store.scores.map((score) => [score.score_id, score]));
  const latest = control.prepare('SELECT * FROM watch_latest').all();
  return { scores, latest, steps: fate.steps(), deaths };
}

test('a watch that dies between judging and closing decides the same together', {
  timeout: 120_000,
}, async () => {
  const undisturbed = await live(0);
  const details = [...undisturbed.scores.values()].map((score) => JSON.parse(String(score.details)));
  expect(details.filter(({ n_features }) => n_features === 3).length).toBeGreaterThan(8);
  expect(new Set(details.map(({ level }) => level)).size, 'levels').toBeGreaterThan(2);
  expect(
    details.filter(({ detector, drifted }) => detector === 'category-skew' && drifted).length,
  ).toBeGreaterThan(1);
  for (let dies_at = 1; dies_at <= undisturbed.steps; dies_at++) {
    const { scores, latest, deaths } = await live(dies_at);
    expect(deaths, `death at step ${dies_at}`).toBe(1);
    expect({ scores, latest }, `death at step ${dies_at}`).toEqual({
      scores: undisturbed.scores,
      latest: undisturbed.latest,
    });
  }
});

test('a feature that cannot be judged stops no other, however much of it is due', async () => {
  const memory = createMemoryStore();
  const broken: Partial<Store> = {
    query: (name, parameters) =>
      name === 'sketch_sums' &&
      String(parameters['feature']).endsWith('1') &&
      Number(parameters['from_us'] ?? 0) > 0
        ? Promise.reject(new Error('no such luck'))
        : memory.query(name, parameters),
  };
  const say: Say = (_, number) => (number % 3 === 0 ? 'bad' : 'good');
  memory.addEvaluations(evaluations(2, { from: 0, to: 9_000 }, say));
  const { watch, judged } = watchOf({ ...memory, ...broken } as MemoryStore, new DatabaseSync(':memory:'));
  for (let round = 0; round < 4; round++) await watch.round();
  const windows = judged.filter(({ detector }) => detector === 'category-skew');
  expect(new Set(windows.map(({ feature }) => feature))).toEqual(new Set(['evaluation_label.check 0']));
  expect(windows.length).toBeGreaterThan(50);
});
