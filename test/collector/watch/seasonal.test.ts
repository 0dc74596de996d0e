import type { Sketch, Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';
import type { Encoder } from '../../../collector/src/watch/encoders/encoder.ts';
import { rankSegments } from '../../../collector/src/watch/rank-segments.ts';
import { compareSeasons, seasonsOf } from '../../../collector/src/watch/seasonal.ts';
import { createWatch } from '../../../collector/src/watch/watch.ts';
import { bare, noon_us, recordAt, spanRow } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { openStore } from './support/stores.ts';

const minute_us = 60_000_000;
const hour_us = 60 * minute_us;
const day_us = 24 * hour_us;
const week_us = 7 * day_us;
/** Start of a Monday. */
const monday_us = noon_us - 12 * hour_us;

describe('the hours of a window', () => {
  const hour = (weeks: number, number: number, from = 0, to = 60) => {
    const start_us = monday_us - weeks * week_us + number * hour_us;
    return { from_us: start_us + from * minute_us, to_us: start_us + to * minute_us };
  };

  test('are compared with the whole hours of the weeks before', () => {
    const from_us = monday_us + 90 * minute_us;
    expect(seasonsOf({ from_us, to_us: from_us + 75 * minute_us })).toEqual([
      { current: [hour(0, 1, 30)], reference: [1, 2, 3, 4].map((weeks) => hour(weeks, 1)) },
      { current: [hour(0, 2, 0, 45)], reference: [1, 2, 3, 4].map((weeks) => hour(weeks, 2)) },
    ]);
  });

  test('are one where the window lasts for more than a week, and never their own reference', () => {
    const from_us = monday_us + 30 * minute_us;
    const seasons = seasonsOf({ from_us, to_us: from_us + week_us + hour_us });
    expect(seasons).toHaveLength(168);
    expect(seasons[0]?.current).toEqual([hour(0, 0, 30), hour(-1, 0)]);
    expect(seasons[1]?.current).toEqual([hour(0, 1), hour(-1, 1, 0, 30)]);
    for (const { reference } of seasons) {
      for (const { to_us } of reference) expect(to_us).toBeLessThanOrEqual(from_us);
    }
  });
});

describe('seasons', () => {
  const sketch = (count: number, ...sums: number[]): Sketch => ({
    ...{ id: 'fit', count, sums: Float64Array.from(sums) },
  });
  const all = { slice_key: 'all', slice_value: 'all' };
  const shop = { slice_key: 'service', slice_value: 'shop' };
  const desk = { slice_key: 'service', slice_value: 'desk' };
  const by_night = {
    reference: [
      { ...all, sketch: sketch(100, 20) },
      { ...shop, sketch: sketch(100, 20) },
    ],
    current: [
      { ...all, sketch: sketch(30, 6) },
      { ...shop, sketch: sketch(20, 4) },
      { ...desk, sketch: sketch(10, 2) },
    ],
  };
  const by_day = {
    reference: [
      { ...all, sketch: sketch(300, 270) },
      { ...desk, sketch: sketch(300, 270) },
    ],
    current: [
      { ...all, sketch: sketch(10, 9) },
      { ...desk, sketch: sketch(10, 9) },
    ],
  };

  test('have the weights they have in the window', () => {
    const { reference, current, n_uncovered } = compareSeasons([by_night, by_day]);
    // ¾ of 0.2 and ¼ of 0.9; 1 / (0.5625 / 100 + 0.0625 / 300) units.
    expect(reference[0]).toMatchObject({ ...all, sketch: sketch(171, Math.round(171 * 0.375)) });
    expect(current[0]).toMatchObject({ ...all, sketch: sketch(40, 15) });
    expect(n_uncovered).toBe(0);
  });

  test('are left out of a slice of which they hold nothing, and of the whole too', () => {
    const { current, reference } = compareSeasons([by_night, by_day]);
    const of_desk = current.find(({ slice_value }) => slice_value === 'desk');
    expect(of_desk?.sketch).toEqual(sketch(10, 9));
    expect(reference.find(({ slice_value }) => slice_value === 'desk')?.sketch).toEqual(sketch(300, 270));
    const new_hour = { reference: [], current: [{ ...all, sketch: sketch(7, 7) }] };
    const compared = compareSeasons([by_night, new_hour]);
    expect(compared.n_uncovered).toBe(7);
    expect(compared.current[0]?.sketch).toEqual(sketch(30, 6));
    expect(compareSeasons([new_hour])).toMatchObject({ reference: [], current: [], n_uncovered: 7 });
  });

  test('add up to the whole where a shift is split among slices', () => {
    const { parts } = compareSeasons([by_night, by_day]);
    for (const side of [parts.reference, parts.current]) {
      const total = (key: string) =>
        side.filter(({ slice_key }) => slice_key === key).reduce((sum, one) => sum + one.sketch.count, 0);
      expect(total('service')).toBeCloseTo(total('all'), 9);
    }
    const grown = { ...by_day, current: by_day.current.map((one) => ({ ...one, sketch: sketch(10, 0) })) };
    expect(rankSegments(compareSeasons([by_night, grown]).parts.reference, parts.current)).toEqual([]);
    const shifted = compareSeasons([by_night, grown]).parts;
    expect(rankSegments(shifted.reference, shifted.current)[0]).toMatchObject({ slice_value: 'desk' });
  });
});

const encoder: Encoder = { name: 'none', dimension: 1, embed: async () => [] };
const options = {
  ...{ drift_features: 'behaviour.finish', drift_vectors_per_second: 100, drift_interval_ms: 1_000 },
  ...{ drift_fit: 200, drift_reference: 1_000, drift_window: 300, drift_window_minutes_max: 1_440 },
  ...{ drift_alpha: 0.001, drift_tolerance: 0.02 },
};

interface Monday {
  /** Calls in each hour. */
  readonly calls: (hour: number) => number;
  /** Share of answers that end at the limit. */
  readonly cut: (hour: number) => number;
}

const by_the_hour = (hour: number) => (hour >= 8 && hour < 20 ? 0.9 : 0.05);
const usual: Monday = { calls: () => 60, cut: by_the_hour };

test('a rhythm of the week is drift only to a reference without one, and a change is found all the same', async () => {
  const { store, control } = await openStore();
  const judged: (Verdict & VerdictContext)[] = [];
  const watch = createWatch({
    ...{ store, control, encoder, options: { ...options, grace_ms: 0 }, log: recordingLog() },
    now: () => Date.now() + 60_000,
    onVerdict: (verdict, context) => void judged.push({ ...verdict, ...context }),
  });
  const random = seededRandom(4);
  let sent = 0;
  const live = async (week: number, { calls, cut }: Monday) => {
    const start_us = monday_us + week * week_us;
    const times = Array.from({ length: 24 }, (_, hour) =>
      Array.from({ length: calls(hour) }, (_, i) => ({
        hour,
        start_time: start_us + hour * hour_us + i * Math.floor(hour_us / calls(hour)),
      })),
    ).flat();
    const spans = times.map(({ hour, start_time }) => {
      sent += 1;
      const finish_reasons = [random() < cut(hour) ? 'length' : 'stop'];
      return bare(spanRow(sent, { is_leaf: true, service: 'shop', start_time, finish_reasons }));
    });
    await store.append({ records: [recordAt(sent, ...spans)] });
    const before = judged.length;
    while ((await watch.round()).has_more);
    return judged.slice(before).filter((verdict) => verdict.detector === 'category-skew');
  };
  await live(0, usual);
  const of_second = await live(1, usual);
  expect(of_second.length).toBeGreaterThanOrEqual(4);
  expect(of_second.filter(({ drifted }) => drifted).length).toBeGreaterThan(1);
  await live(2, usual);

  const key = { tenant: 'default', feature: 'behaviour.finish' };
  await watch.setReference(key, { kind: 'seasonal' });
  await live(3, usual);
  // A window of 300 calls holds four times as many from before eight as from after it; before, it was as many.
  const rush = [42, 43, 43, 43, 43, 43, 43, 240];
  const campaign = await live(4, { ...usual, calls: (hour) => rush[hour] ?? 60 });
  expect(campaign.length).toBeGreaterThanOrEqual(4);
  expect(campaign.filter(({ drifted }) => drifted)).toEqual([]);
  const changed = await live(5, { ...usual, cut: (hour) => by_the_hour(hour) + (hour < 8 ? 0.4 : 0) });
  expect(changed.map(({ drifted }) => drifted)).toContain(true);
  expect(changed.find(({ drifted }) => drifted)?.window_start_us).toBeLessThan(
    monday_us + 5 * week_us + 8 * hour_us,
  );
  expect(changed.filter((one) => one.drifted && hourOf(one) >= 8)).toEqual([]);
});

function hourOf({ window_start_us }: VerdictContext): number {
  return ((window_start_us - monday_us) % day_us) / hour_us;
}
