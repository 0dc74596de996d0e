import { expect, test } from 'vitest';
import { createDetect } from '../../../collector/src/watch/detect.ts';
import { bare, noon_us, recordAt, spanRow } from '../../contracts/store/rows.ts';
import { openStore } from './support/stores.ts';

const minute_us = 60_000_000;
const options = {
  ...{ drift_features: 'behaviour.finish', drift_alpha: 0.001, drift_tolerance: 0.02 },
};

/** Nine of ten calls stop by themselves; after 2,100 six of ten do. */
const changed = 2_100;
const ranges = {
  ...{ tenant: 'default', reference_from_us: noon_us, reference_to_us: noon_us + changed * 10_000 },
  ...{ from_us: noon_us + changed * 10_000, to_us: noon_us + changed * 10_000 + minute_us },
};

async function open() {
  const { store } = await openStore();
  const spans = Array.from({ length: 2_500 }, (_, i) => {
    const is_cut = i % 10 >= (i < changed ? 9 : 6);
    const finish_reasons = [is_cut ? 'length' : 'stop'];
    return bare(spanRow(i, { is_leaf: true, finish_reasons, start_time: noon_us + i * 10_000 }));
  });
  await store.append({ records: [recordAt(100, ...spans)] });
  return createDetect({ store, options });
}

test('compares categories by a test, and says what moved', async () => {
  const detect = await open();
  const verdicts = await detect(ranges);
  expect(verdicts).toMatchObject([{ detector: 'category-skew', drifted: true, n_current: 400 }]);
  expect(verdicts[0]?.why).toContain('length');
  expect(await detect({ ...ranges, feature: 'number.ttft_ms' })).toEqual([]);
});

test('compares them as another product does, with its threshold and no p', async () => {
  const detect = await open();
  const verdicts = await detect({ ...ranges, compatibility: 'vertex' });
  expect(verdicts).toMatchObject([{ detector: 'vertex-linf', p: null, drifted: false }]);
  expect(verdicts[0]?.statistic).toBeGreaterThan(0.25);
  expect(verdicts[0]?.statistic).toBeLessThan(0.35);
});
