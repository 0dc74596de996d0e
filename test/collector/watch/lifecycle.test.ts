import type { Verdict } from '@sextant/detectors';
import { describe, expect, test } from 'vitest';
import type { VerdictContext } from '../../../collector/src/alerts/alert.ts';
import { createDetect } from '../../../collector/src/watch/detect.ts';
import { createNgramEncoder } from '../../../collector/src/watch/encoders/ngram.ts';
import { createWatch, type Watch } from '../../../collector/src/watch/watch.ts';
import { noon_us } from '../../contracts/store/rows.ts';
import { recordingLog } from '../../support/log.ts';
import { has_shared_data } from '../../support/shared-data.ts';
import { createSender, openStore } from './support/stores.ts';
import { assistantTexts, bankTexts } from './support/texts.ts';

const options = {
  drift_features: 'embedding.*',
  drift_vectors_per_second: 100,
  drift_interval_ms: 1_000,
  drift_fit: 2_000,
  drift_reference: 5_000,
  drift_window: 500,
  drift_window_minutes_max: 1_440,
  drift_alpha: 0.001,
  drift_tolerance: 0.02,
};

async function roundsUntilDone(watch: Watch): Promise<void> {
  while ((await watch.round()).has_more);
}

describe.skipIf(!has_shared_data)('the watch on real messages', () => {
  test('fits, gathers a reference, stays quiet, finds another domain, and is quiet again', async () => {
    const { store, control } = await openStore();
    const judged: (Verdict & VerdictContext)[] = [];
    const online: (Verdict & VerdictContext)[] = [];
    const log = recordingLog();
    const watch = createWatch({
      ...{ store, control, options, log },
      encoder: createNgramEncoder(),
      // The clock is long past the spans, and past their arrival.
      now: () => Date.now() + 3_600_000,
      onVerdict: (verdict, context) => {
        const found = { ...verdict, ...context };
        (verdict.detector === 'embedding-drift' ? judged : online).push(found);
      },
    });
    const known = assistantTexts();
    const sender = createSender(store, 50);
    const send = async (texts: string[]) => {
      for (let start = 0; start < texts.length; start += 1_000) {
        const part = texts.slice(start, start + 1_000);
        await sender.send(part.slice(0, 600), { service: 'shop' });
        await sender.send(part.slice(600), { service: 'desk' });
      }
      await roundsUntilDone(watch);
    };
    const feature = () => watch.status('default')[0];

    await send(known.splice(0, 1_000));
    expect(feature()).toMatchObject({ feature: 'embedding.user_message', phase: 'fitting', n_fit: 1_000 });
    await send(known.splice(0, 2_000));
    expect(feature()).toMatchObject({
      phase: 'reference',
      n_fit: 2_000,
      n_reference: 1_000,
      last_verdict: null,
    });
    await send(known.splice(0, 4_000));
    expect(feature()).toMatchObject({ phase: 'watching', n_reference: 5_000, n_window: 0 });
    expect(feature()?.slices).toContainEqual({ key: 'service', value: 'shop', count: 3_000 });

    const stable_from = sender.next_us();
    await send(known.splice(0, 5_000));
    const stable = judged.filter(({ window_start_us }) => window_start_us >= stable_from);
    expect(stable.filter(({ slice_key }) => slice_key === 'all')).toHaveLength(10);
    expect(
      stable.some(({ slice_key, slice_value }) => slice_key === 'service' && slice_value === 'desk'),
    ).toBe(true);
    expect(
      stable.some(({ slice_key }) => slice_key === 'request_model'),
      'every vector has the same',
    ).toBe(false);
    expect(stable.filter(({ drifted }) => drifted)).toEqual([]);

    const bank_from = sender.next_us();
    await send(bankTexts().slice(0, 1_000));
    const bank = judged.filter(({ window_start_us }) => window_start_us >= bank_from);
    expect(bank.filter(({ drifted, slice_key }) => drifted && slice_key === 'all')).toHaveLength(2);
    expect(bank[0]?.example_trace_ids).toHaveLength(10);
    expect(feature()?.last_verdict).toMatchObject({ drifted: true, slice_key: 'all' });

    const back_from = sender.next_us();
    await send(known.splice(0, 2_000));
    const back = judged.filter(({ window_start_us }) => window_start_us >= back_from);
    expect(back.filter(({ slice_key }) => slice_key === 'all')).toHaveLength(4);
    expect(back.filter(({ drifted }) => drifted)).toEqual([]);

    const stored = await store.query('verdicts', { tenant: 'default', slice_key: 'all' });
    expect(stored).toHaveLength(2 * 16);
    const at_once = stored.filter((row) => row['detector'] === 'embedding-drift');
    expect(JSON.parse(String(at_once[10]?.['details']))).toMatchObject({ drifted: true, n_current: 500 });
    const alarm = online.find(({ drifted }) => drifted);
    expect(alarm?.window_start_us).toBe(bank_from);
    expect(watch.counts()).toMatchObject({ errors: 0, skipped: {} });
    expect(log.lines).toEqual([]);

    const detect = createDetect({ store, options });
    const ranges = { tenant: 'default', reference_from_us: noon_us, reference_to_us: stable_from };
    const drifted = await detect({ ...ranges, from_us: bank_from, to_us: back_from });
    expect(drifted).toMatchObject([{ feature: 'embedding.user_message', slice: 'all', drifted: true }]);
    const slice = { key: 'service', value: 'desk' };
    const quiet = await detect({ ...ranges, from_us: back_from, to_us: sender.next_us(), slice });
    expect(quiet).toMatchObject([{ slice: 'service=desk', drifted: false, n_current: 800 }]);
  }, 600_000);
});
