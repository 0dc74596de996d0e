import { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';
import type { MeasureRow, Store } from '../../../collector/src/stores/store.ts';
import { createDetect } from '../../../collector/src/watch/detect.ts';
import type { Encoder } from '../../../collector/src/watch/encoders/encoder.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { bare, noon_us, recordAt, spanRow } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';
import { createMemoryStore, memory_arrival_us } from './support/memory-store.ts';
import { openStore } from './support/stores.ts';

const minute_us = 60_000_000;
const options = {
  ...{ drift_features: 'behaviour.finish', drift_vectors_per_second: 100, drift_interval_ms: 1_000 },
  ...{ drift_fit: 100, drift_reference: 1_000, drift_window: 200, drift_window_minutes_max: 60 },
  ...{ drift_alpha: 0.001, drift_tolerance: 0.02 },
};
const encoder: Encoder = { name: 'none', dimension: 1, embed: async () => [] };

function call(number: number, finish: string, service: string): MeasureRow {
  return {
    ...{ tenant: 'default', trace_id: `t${number}`, span_id: `s${number}`, conversation_id: null },
    ...{ time: 1_000 * minute_us + Math.floor(number / 100) * minute_us, ingest_time: number + 1 },
    ...{ slices: { service }, input_text: null, output_text: null, trace: null },
    columns: { is_leaf: true, finish_reasons: [finish] },
  };
}

/** Nine of ten calls stop by themselves; from 2,100 to 2,900 those of one service stop at the limit. */
const calls = Array.from({ length: 3_300 }, (_, i) => {
  const service = i % 5 < 2 ? 'desk' : 'shop';
  const is_cut = i % 10 === 9 || (i >= 2_100 && i < 2_900 && service === 'desk');
  return call(i, is_cut ? 'length' : 'stop', service);
});

function setUp(drift_features = options.drift_features) {
  const store = createMemoryStore();
  const control = new DatabaseSync(':memory:');
  const judged: (Verdict & VerdictContext)[] = [];
  const log = recordingLog();
  const watch = createWatch({
    ...{ store: store as unknown as Store, control, encoder, log, options: { ...options, drift_features } },
    now: () => memory_arrival_us / 1_000 + 60_000,
    onVerdict: (verdict, context) => void judged.push({ ...verdict, ...context }),
  });
  return { store, control, watch, judged, log };
}

describe('a feature of spans', () => {
  test('is fitted, gets a reference, and is judged at once and from window to window', async () => {
    const { store, watch, judged, control } = setUp();
    for (let start = 0; start < calls.length; start += 130) store.addSpans(calls.slice(start, start + 130));
    while ((await watch.round()).has_more);
    expect(watch.counts()).toMatchObject({ errors: 0, skipped: {} });
    expect(watch.status('default')).toMatchObject([
      { feature: 'behaviour.finish', phase: 'watching', encoder: 'category', n_fit: 100, n_reference: 1_000 },
    ]);
    const seen = (detector: string, slice_value: string) =>
      judged.filter((one) => one.detector === detector && one.slice_value === slice_value);
    const changed = (verdicts: readonly Verdict[]) => verdicts.map(({ drifted }) => drifted);
    const [usual, unlike] = [new Array(5).fill(false), new Array(4).fill(true)];
    expect(changed(seen('category-skew', 'all'))).toEqual([...usual, ...unlike, false, false]);
    expect(seen('category-skew', 'shop').every(({ drifted }) => !drifted)).toBe(true);
    const shifts = store.scores
      .filter(({ name, label }) => name === 'category-skew' && label === 'drifted')
      .map((score) => (JSON.parse(String(score.details)) as { segments?: object[] }).segments ?? []);
    expect(shifts[0]).toMatchObject([{ slice_key: 'service', slice_value: 'desk', share_after: 0.4 }]);
    expect(shifts[0]?.[0]).toMatchObject({ mix: expect.closeTo(0, 6), within: expect.closeTo(1, 1) });
    const cut = new Set(
      calls
        .filter(({ columns }) => String(columns['finish_reasons']) === 'length')
        .map((row) => row.trace_id),
    );
    const [alarm] = seen('category-skew', 'all').filter(({ drifted }) => drifted);
    expect(alarm?.example_trace_ids).toHaveLength(10);
    expect(alarm?.example_trace_ids.every((id) => cut.has(id))).toBe(true);
    const online = seen('mix-online', 'all');
    expect(changed(online)).toEqual([...usual, false, true, true, true, true, false]);
    // It is sure a window later that it is over; what single windows show as well ends with them.
    expect(online.map(({ is_lead }) => is_lead)).not.toContain(true);
    const details = store.scores
      .filter(({ name, label }) => name === 'mix-online' && label === 'drifted')
      .map((score) => JSON.parse(String(score.details)) as Record<string, unknown>);
    // In the first changed window it sees which way the mix went, and bets on that from the next one on.
    const [, second_changed] = seen('category-skew', 'all').filter(({ drifted }) => drifted);
    const begun_us = second_changed?.window_start_us ?? 0;
    const since = new Date(begun_us / 1_000).toISOString();
    expect(details).toMatchObject(
      [1, 2, 3, 4].map((windows) => ({ windows_since_change: windows, since, reference: 'first' })),
    );
    expect(
      seen('rate-online', 'all').map(({ p }) => p),
      'no word of it is a failure',
    ).toEqual(new Array(11).fill(null));
    const states = control.prepare('SELECT detector, state FROM watch_sequential').all();
    expect(states.map((row) => row['detector']).sort()).toEqual([
      'mix-online',
      'rate-online',
      'single windows',
    ]);
    expect(
      JSON.parse(String(states.find((row) => row['detector'] === 'mix-online')?.['state'])),
    ).toMatchObject({
      detection: { alarmed: false },
    });
  });

  test('of which no fit can be made stops no other, and is fitted on the next values', async () => {
    const { store, log, watch, control } = setUp('behaviour.finish,category.provider');
    const provided = calls.slice(0, 600).map((row) => {
      return { ...row, columns: { ...row.columns, provider: 'openai' } };
    });
    store.addSpans(provided.slice(0, 50));
    await watch.round();
    const stream_id = "(SELECT stream_id FROM watch_streams WHERE feature = 'category.provider')";
    control.exec(`UPDATE watch_fit_values SET value = '1' WHERE stream_id = ${stream_id}`);
    for (let start = 50; start < 600; start += 50) store.addSpans(provided.slice(start, start + 50));
    while ((await watch.round()).has_more);
    expect(watch.counts().errors).toBe(1);
    expect(log.lines.join()).toContain('Fitting category.provider failed');
    expect(watch.status('default').map(({ feature, phase, n_fit }) => [feature, phase, n_fit])).toEqual([
      ['category.provider', 'reference', 100],
      ['behaviour.finish', 'reference', 100],
    ]);
  });

  test('is not read where nothing of spans is watched', async () => {
    const store = createMemoryStore();
    store.addSpans(calls.slice(0, 5));
    const watch = createWatch({
      ...{ store: store as unknown as Store, control: new DatabaseSync(':memory:'), encoder },
      ...{ options: { ...options, drift_features: 'embedding.*' }, log: recordingLog() },
      ...{ now: () => memory_arrival_us / 1_000, onVerdict: () => undefined },
    });
    await watch.round();
    expect((await store.take('measure', 5))?.rows).toHaveLength(5);
  });
});

test('detect compares features of spans on what is stored, by slice too', async () => {
  const { store } = await openStore();
  const spans = calls.slice(0, 2_900).map(({ columns, slices }, i) => {
    const finish_reasons = columns['finish_reasons'] as readonly string[];
    const service = slices['service'] as string;
    return bare(spanRow(i, { is_leaf: true, finish_reasons, service, start_time: noon_us + i * 10_000 }));
  });
  await store.append({ records: [recordAt(100, ...spans)] });
  const detect = createDetect({ store, options });
  const changed_us = noon_us + 2_100 * 10_000;
  const ranges = {
    ...{ tenant: 'default', reference_from_us: noon_us, reference_to_us: changed_us },
    ...{ from_us: changed_us, to_us: changed_us + minute_us },
  };
  const [whole] = await detect(ranges);
  expect(whole).toMatchObject({ feature: 'behaviour.finish', slice: 'all', n_current: 800, drifted: true });
  expect(whole?.n_reference).toBeGreaterThan(1_400);
  const sliced = async (value: string) => await detect({ ...ranges, slice: { key: 'service', value } });
  expect(await sliced('desk')).toMatchObject([{ slice: 'service=desk', n_current: 320, drifted: true }]);
  expect(await sliced('shop')).toMatchObject([{ slice: 'service=shop', n_current: 480, drifted: false }]);
  expect(await detect({ ...ranges, feature: 'number.ttft_ms' })).toEqual([]);
});
