import { expect, test } from 'vitest';
import type { QueryValue } from '../../../collector/src/stores/store.ts';
import type { OpenStore } from './harness.ts';
import { agentTrace, modelSpans, useQueries } from './query-harness.ts';
import { day_us, modelCall, noon_us, second_us, spanRow, traceId } from './rows.ts';

const midnight_us = noon_us + day_us / 2;

/** The list of traces, its filters and its pages. */
export function traceQueryTests(open: OpenStore): void {
  const { store, ask } = useQueries(open);

  /** Numbers of the traces found, in their order. */
  async function find(parameters: Readonly<Record<string, QueryValue>> = {}): Promise<number[]> {
    const rows = await ask('traces', parameters);
    return rows.map((row) => Number.parseInt(String(row['trace_id']).slice(1), 16));
  }

  test('a trace is summed over its leaf calls', async () => {
    await store(...agentTrace());
    expect(await ask('traces')).toEqual([
      {
        trace_id: traceId(1),
        name: 'plan a trip',
        service: 'travel',
        agent_name: 'planner',
        start_time: noon_us,
        duration_ms: 4_000,
        span_count: 4,
        error_count: 1,
        status: 'error',
        models: ['claude', 'gpt-4o'],
        input_tokens: 100 + 20 + 3 + 7,
        output_tokens: 50 + 5,
        cost_usd: 0.5,
        unpriced_calls: 1,
        user_id: 'ada',
        conversation_id: 'c1',
        prompt_version: 'v2',
        has_root: true,
      },
    ]);
  });

  test('what nobody knows is null', async () => {
    await store(spanRow(1, { parent_span_id: 'b'.repeat(16) }));
    expect(await ask('traces')).toEqual([
      {
        trace_id: traceId(1),
        name: 'span 1',
        service: null,
        agent_name: null,
        start_time: noon_us + second_us,
        duration_ms: 250,
        span_count: 1,
        error_count: 0,
        status: 'unset',
        models: [],
        input_tokens: null,
        output_tokens: null,
        cost_usd: null,
        unpriced_calls: 0,
        user_id: null,
        conversation_id: null,
        prompt_version: null,
        has_root: false,
      },
    ]);
  });

  test('counts too large for 64 bits do no harm', async () => {
    const huge = { trace_id: traceId(1), is_leaf: true, input_tokens: Number.MAX_SAFE_INTEGER };
    await store(...Array.from({ length: 1_100 }, (_, index) => spanRow(index, huge)));
    const [row] = await ask('traces');
    expect(row?.['input_tokens']).toBeCloseTo(1_100 * Number.MAX_SAFE_INTEGER, -6);
  });

  test('a filter finds the trace that has it on any span, whole', async () => {
    await store(...agentTrace(), ...modelSpans(2, 3));
    for (const [filter, value] of [
      ['service', 'travel'],
      ['model', 'claude'],
      ['operation', 'execute_tool'],
      ['agent', 'planner'],
      ['status', 'error'],
      ['user', 'ada'],
      ['conversation', 'c1'],
      ['prompt_version', 'v2'],
      ['text', 'PLAN a'],
      ['text', traceId(1)],
      ['text', 'book a hotel'],
    ] as const) {
      const rows = await ask('traces', { [filter]: value });
      const found = rows.map((row) => [row['trace_id'], row['span_count']]);
      expect(found, `${filter} ${value}`).toEqual([[traceId(1), 4]]);
      expect(await find({ [filter]: `${value}?` }), `${filter} ${value}?`).toEqual([]);
    }
  });

  test('filters may be met by different spans, but all must be', async () => {
    await store(...agentTrace(), ...modelSpans(2));
    expect(await find({ agent: 'planner', model: 'claude' })).toEqual([1]);
    expect(await find({ agent: 'planner', model: 'llama' })).toEqual([]);
  });

  test('a filter is data', async () => {
    await store(...modelSpans(1));
    for (const value of ["' OR '1'='1", '%', '_', '.*', '__proto__'])
      expect(await find({ service: value, text: value })).toEqual([]);
  });

  test('pages run through every trace once, the newest first', async () => {
    const starts = [0, 1, 1, 1, 2, 5, 5, 6, -90_000, -90_000, -200_000];
    await store(...starts.map((start, index) => spanRow(index, { start_time: noon_us + start * second_us })));
    const all = await find({ limit: 100 });
    expect(all).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 9, 8, 10]);
    for (const limit of [1, 2, 3, 7]) {
      const paged: number[] = [];
      let cursor: Record<string, QueryValue> = {};
      for (
        let rows = await ask('traces', { limit });
        rows.length > 0;
        rows = await ask('traces', { limit, ...cursor })
      ) {
        expect(rows.length).toBeLessThanOrEqual(limit);
        paged.push(...rows.map((row) => Number.parseInt(String(row['trace_id']).slice(1), 16)));
        const last = rows.at(-1);
        cursor = { cursor_us: Number(last?.['start_time']), cursor_id: String(last?.['trace_id']) };
      }
      expect(paged).toEqual(all);
    }
  });

  test('a range has its first microsecond and not its last', async () => {
    await store(...modelSpans(1, 2, 3));
    const at = (number: number) => noon_us + number * second_us;
    expect(await find({ from_us: at(2), to_us: at(3) })).toEqual([2]);
    expect(await find({ from_us: at(2) })).toEqual([3, 2]);
    expect(await find({ to_us: at(2) })).toEqual([1]);
    expect(await find({ from_us: at(1) + 1, to_us: at(2) })).toEqual([]);
  });

  test('a trace across midnight is one trace, at its start', async () => {
    const before = spanRow(1, { name: 'root', start_time: midnight_us - second_us });
    const after = {
      ...modelCall(1).span,
      span_id: 'c'.repeat(16),
      parent_span_id: before.span_id,
      start_time: midnight_us + second_us,
    };
    await store(
      before,
      after,
      spanRow(2, { start_time: midnight_us - 5 * second_us }),
      spanRow(3, { start_time: midnight_us + 5 * second_us }),
    );
    const rows = await ask('traces');
    expect(rows.map((row) => [row['name'], row['span_count'], row['input_tokens']])).toEqual([
      ['span 3', 1, null],
      ['root', 2, 10],
      ['span 2', 1, null],
    ]);
    expect(await find({ limit: 2 })).toEqual([3, 1]);
    expect(await find({ model: 'gpt-4o' })).toEqual([1]);
    expect(await find({ from_us: midnight_us })).toEqual([3]);
    expect(await find({ to_us: midnight_us })).toEqual([1, 2]);
  });

  test('tenants do not see each other', async () => {
    await store(
      spanRow(1),
      spanRow(1, { tenant: 'other', name: 'secret', user_id: 'eve' }),
      spanRow(2, { tenant: 'other' }),
    );
    expect(await find()).toEqual([1]);
    expect(await find({ user: 'eve' })).toEqual([]);
    expect(await find({ tenant: 'other' })).toEqual([2, 1]);
    expect(await ask('trace', { trace_id: traceId(2) })).toEqual([]);
  });
}
