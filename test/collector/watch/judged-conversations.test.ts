import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Amendment, RecordRows, Row, Store } from '../../../collector/src/stores/store.ts';
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
import { rowsOf } from '../../contracts/store/harness.ts';
import {
  amendment,
  bare,
  noon_us,
  recordWith,
  scoreRow,
  second_us,
  spanId,
  spanRow,
  traceId,
} from '../../contracts/store/rows.ts';
import { openStore } from './support/stores.ts';

const fit_units = 40;

/** Spans of two conversations, and one that names none. */
const first = ['a', 'a', 'b', null].map((conversation_id, index) =>
  bare(spanRow(index + 1, { conversation_id, service: 'shop' })),
);

/** A span, what is said of it later, or how it is judged. */
interface Step {
  readonly what: 'span' | 'amendment' | 'evaluation';
  readonly span: number;
  readonly conversation: string | null;
  readonly value: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('span', 'amendment', 'amendment', 'evaluation', 'evaluation', 'evaluation'),
  span: fc.integer({ min: 1, max: 6 }),
  conversation: fc.constantFrom(null, 'a', 'b'),
  value: fc.integer({ min: 0, max: 9 }).map((tenths) => tenths / 10),
});

function recordOf({ what, span, conversation, value }: Step, place: number): RecordRows {
  const offset = 1_000 + place;
  const row = spanRow(span, { conversation_id: conversation, service: 'shop' });
  if (what === 'span') return recordWith(offset, { spans: [bare(row)] });
  const about = { trace_id: traceId(span), span_id: spanId(span) };
  const time = noon_us + span * second_us;
  if (what === 'evaluation')
    return recordWith(offset, { scores: [scoreRow(`score ${place}`, { ...about, time, value })] });
  const columns: Amendment['columns'] = {
    response_id: `response ${place}`,
    ...(conversation !== null && { conversation_id: conversation }),
  };
  return recordWith(offset, { amendments: [amendment(span, { columns })] });
}

async function openWatched() {
  const { store, control } = await openStore();
  createTables(control);
  const streams = createStreams(control);
  const onError = (error: unknown) => {
    throw error;
  };
  const parts = {
    ...{ store, streams, skipped: createCounter(), rows_max: 1_000, settled_us: () => Infinity },
    fits: createFits({ database: control, streams, wanted: fit_units, onError }),
    slicesOf: createSlicesOf(control),
    unitsOf: createUnits(control),
    measured: createMeasuredUnits(),
    open_minutes: createOpenMinutes({ store, now: Date.now }),
    sampling: createSampling({ database: control, per_second: 1_000 }),
    watched: watchedFeatures('evaluation.*'),
  };
  const drain = async () => {
    while ((await sumWork('score', parts)) > 0);
  };
  const of_fit = Array.from({ length: fit_units }, (_, i) =>
    scoreRow(`fit ${i}`, {
      ...{ trace_id: traceId(100 + i), span_id: spanId(100 + i) },
      value: i / fit_units,
    }),
  );
  await store.append({ records: [recordWith(1, { scores: of_fit })] });
  await drain();
  return { store, drain };
}

/** What all rows of a minute and slice add up to. */
async function totalsOf(store: Store) {
  const rows = await rowsOf(store, 'sketches');
  const groups = Map.groupBy(rows, ({ minute, slice_value }) => `${minute} ${slice_value}`);
  const totals = [...groups].map(([name, group]) => {
    const [{ sums: first_sums }] = group as [Row];
    const sums = (first_sums as number[]).map((_, i) =>
      group.reduce((sum, row) => sum + Number((row['sums'] as number[])[i]), 0),
    );
    return [name, { count: group.reduce((sum, row) => sum + Number(row['count']), 0), sums }] as const;
  });
  return new Map(totals);
}

test('evaluations add up to the same, however late their spans are amended and whenever they are summed', {
  timeout: 300_000,
}, async () => {
  let passed_ms = 0;
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + passed_ms);
  onTestFinished(() => clock.mockRestore());
  const history = fc.array(fc.record({ step, is_followed_by_work: fc.boolean() }), {
    minLength: 10,
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const [whole, split] = [await openWatched(), await openWatched()];
      for (const { store } of [whole, split])
        await store.append({ records: [recordWith(2, { spans: first })] });
      for (const [place, { step, is_followed_by_work }] of steps.entries()) {
        for (const { store } of [whole, split]) await store.append({ records: [recordOf(step, place)] });
        // What comes from here on comes too late for what was judged before.
        passed_ms += 20_000;
        if (is_followed_by_work) await split.drain();
      }
      for (const { drain } of [whole, split]) await drain();
      expect(await totalsOf(split.store)).toEqual(await totalsOf(whole.store));
    }),
    { numRuns: 25, seed: 5 },
  );
});
