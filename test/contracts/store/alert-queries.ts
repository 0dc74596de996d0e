import { describe, expect, test } from 'vitest';
import type { QueryValue } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import { bare, modelCall, noon_us, recordWith, second_us, spanRow, traceId } from './rows.ts';

const minute_us = 60 * second_us;

/** The named queries that rules of alerts ask answer alike in every dialect. */
export function alertQueryTests(open: OpenStore): void {
  const under = useStore(open);
  const range = { from_us: noon_us, to_us: noon_us + 10 * minute_us };
  type Parameters = Readonly<Record<string, QueryValue>>;

  /** Forty calls of two models in the first two minutes; every fourth fails, and takes four times as long. */
  async function fill(): Promise<void> {
    const calls = Array.from({ length: 40 }, (_, index) => {
      const is_bad = index % 4 === 0;
      const fields = {
        start_time: noon_us + (index < 20 ? 0 : minute_us) + index,
        request_model: index % 2 === 0 ? 'a' : 'b',
        status: is_bad ? 'error' : 'ok',
        duration_ms: is_bad ? 1000 + index : 250,
        prompt_name: 'greet',
        prompt_version: index < 20 ? 'v1' : 'v2',
      };
      return bare(modelCall(index + 1, fields).span);
    });
    const others = [
      bare(
        spanRow(900, { start_time: noon_us, operation: 'execute_tool', tool_name: 't', tool_version: '3' }),
      ),
      bare(modelCall(901, { start_time: noon_us, tenant: 'other' }).span),
      bare(modelCall(902, { start_time: range.to_us }).span),
    ];
    await under.store.append({ records: [recordWith(1000, { spans: [...calls, ...others] })] });
  }

  const series = (parameters: Parameters = {}) =>
    under.store.query('alert_series', {
      ...{ tenant: 'default', ...range, step_us: minute_us, population: 'calls', threshold: '0' },
      ...parameters,
    });

  describe('the series of a rule', () => {
    test('has the figures of each step', async () => {
      await fill();
      const rows = await series({ sli: 'latency', threshold: '500' });
      const common = {
        requests: 20,
        errors: 5,
        unpriced: 0,
        sli_bad: 5,
        sli_total: 20,
        cost_usd: 5,
        split: null,
      };
      expect(rows).toMatchObject([
        { time: noon_us, ...common, duration_p50_ms: 250, input_tokens: 200, output_tokens: 100 },
        { time: noon_us + minute_us, ...common },
      ]);
      expect(Number(rows[0]?.['duration_p99_ms'])).toBeGreaterThan(1000);
      expect(rows[0]?.['ttft_p50_ms']).toBe(null);
    });

    test('is split by a column, the values with most spans first, and kept to what was asked', async () => {
      await fill();
      const whole = { step_us: 10 * minute_us, split_by: 'model' };
      expect(await series(whole)).toMatchObject([
        { split: 'a', requests: 20, errors: 10 },
        { split: 'b', requests: 20, errors: 0 },
      ]);
      expect(await series({ ...whole, prompt_version: 'v1', model: 'a' })).toMatchObject([{ requests: 10 }]);
      expect(await series({ ...whole, population: 'tools' })).toMatchObject([{ split: null, requests: 1 }]);
      expect(await series({ ...whole, model: "a' OR 'a' = 'a" })).toEqual([]);
    });
  });

  test('examples are the worst', async () => {
    await fill();
    const asked = { tenant: 'default', ...range, population: 'calls', worst: 'duration' };
    const rows = await under.store.query('alert_examples', asked);
    expect(rows.map((row) => row['trace_id'])).toEqual([37, 33, 29].map(traceId));
    expect(await under.store.query('alert_examples', { ...asked, worst: 'ttft' })).toEqual([]);
  });

  test('versions are the latest of the range', async () => {
    await fill();
    const before = (to_us: number) =>
      under.store.query('alert_versions', { tenant: 'default', from_us: noon_us, to_us });
    expect(await before(noon_us + minute_us)).toEqual([
      { kind: 'prompt', name: 'greet', version: 'v1' },
      { kind: 'tool', name: 't', version: '3' },
    ]);
    expect(await before(noon_us + 2 * minute_us)).toMatchObject([{ version: 'v2' }, { version: '3' }]);
  });

  test('scores are counted once, with those below the threshold', async () => {
    const score = {
      ...{
        tenant: 'default',
        name: 'helpful',
        source: 'judge',
        time: noon_us,
        trace_id: null,
        span_id: null,
      },
      ...{ feature: null, slice_key: null, slice_value: null, window_start: null, window_end: null },
      ...{ label: null, explanation: null, details: null },
    };
    const values = [0.2, 0.4, 0.9];
    const scores = values.map((value, index) => ({ ...score, score_id: `s${index}`, value }));
    await under.store.insert('scores', [...scores, { ...scores[0]!, time: noon_us }]);
    await under.store.insert('scores', [{ ...score, score_id: 'd', source: 'detector', value: 0 }]);
    const rows = await under.store.query('alert_scores', {
      ...{ tenant: 'default', ...range, step_us: minute_us, name: 'helpful', threshold: '0.5' },
    });
    expect(rows).toEqual([{ time: noon_us, total: 3, mean: expect.closeTo(0.5), bad: 2 }]);
  });

  test('readings of engines have a mean and a maximum', async () => {
    const reading = {
      tenant: 'default',
      source: 'vllm',
      instance: 'i',
      model: 'm',
      metric: 'kv',
      labels: '{}',
    };
    await under.store.insert('serving', [
      { ...reading, time: noon_us, value: 0.5 },
      { ...reading, time: noon_us + second_us, value: 0.9 },
      { ...reading, time: noon_us, metric: 'other', value: 5 },
    ]);
    const asked = { tenant: 'default', ...range, step_us: minute_us, metric: 'kv' };
    expect(await under.store.query('alert_serving', asked)).toEqual([
      { step: noon_us, total: 2, mean: expect.closeTo(0.7), maximum: 0.9 },
    ]);
    expect(await under.store.query('alert_serving', { ...asked, model: 'x' })).toEqual([]);
  });
}
