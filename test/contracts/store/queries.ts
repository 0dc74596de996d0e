import { describe, expect, test } from 'vitest';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import type { QueryValue, Row } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import {
  alertRow,
  bare,
  day_us,
  message,
  modelCall,
  noon_us,
  recordAt,
  second_us,
  spanRow,
  traceId,
} from './rows.ts';

const midnight_us = noon_us + day_us / 2;
const hour_us = 3_600 * second_us;

/** The named queries answer alike in every dialect. */
export function queryTests(open: OpenStore): void {
  const under = useStore(open);

  async function store(...spans: NewRow<'spans'>[]): Promise<void> {
    const offset = ((await under.store.position())?.offset ?? 0) + 100;
    await under.store.append({ records: [recordAt(offset, ...spans.map(bare))] });
  }

  async function ask(name: string, parameters: Readonly<Record<string, QueryValue>> = {}): Promise<Row[]> {
    return await under.store.query(name, { tenant: 'default', ...(defaults[name] ?? {}), ...parameters });
  }

  /** Numbers of the traces found, in their order. */
  async function find(parameters: Readonly<Record<string, QueryValue>> = {}): Promise<number[]> {
    const rows = await ask('traces', parameters);
    return rows.map((row) => Number.parseInt(String(row['trace_id']).slice(1), 16));
  }

  test('a query that is not in the list is refused', async () => {
    for (const name of ['nothing', '../traces', '__proto__', ''])
      await expect(ask(name)).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('an empty store has empty answers', async () => {
    expect(await ask('traces')).toEqual([]);
    expect(await ask('trace', { trace_id: traceId(1) })).toEqual([]);
    expect(await ask('span', { trace_id: traceId(1), span_id: 'none' })).toEqual([]);
    expect(await ask('messages', { hashes: [] })).toEqual([]);
    expect(await ask('facets')).toEqual([]);
    expect(await ask('timeline')).toEqual([]);
    expect(await ask('alerts_history')).toEqual([]);
  });

  describe('traces', () => {
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
      await store(
        ...starts.map((start, index) => spanRow(index, { start_time: noon_us + start * second_us })),
      );
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
  });

  test('trace outlines every span, in order', async () => {
    await store(...agentTrace().toReversed(), ...modelSpans(9));
    const rows = await ask('trace', { trace_id: traceId(1) });
    expect(rows.map((row) => [row['name'], row['start_us'], row['start_time']])).toEqual([
      ['plan a trip', 0, noon_us],
      ['ask claude', 1 * second_us, noon_us + 1 * second_us],
      ['book a hotel', 2 * second_us, noon_us + 2 * second_us],
      ['ask gpt-4o', 3 * second_us, noon_us + 3 * second_us],
    ]);
    expect(rows[1]).toEqual({
      span_id: 'b'.repeat(15).concat('1'),
      parent_span_id: 'b'.repeat(15).concat('0'),
      name: 'ask claude',
      operation: 'chat',
      service: null,
      dialect: null,
      start_time: noon_us + second_us,
      start_us: second_us,
      duration_ms: 250,
      status: 'unset',
      error_type: null,
      model: 'claude',
      tool_name: null,
      agent_name: null,
      input_tokens: 123,
      output_tokens: 50,
      cost_usd: 0.5,
      cost_method: null,
      is_leaf: true,
      ttft_ms: null,
    });
    expect(rows[2]).toMatchObject({ input_tokens: null, output_tokens: null, status: 'error' });
  });

  test('messages are found by hash, each once', async () => {
    const texts = ['one', 'two'];
    const said = texts.map((text) => message('user', text));
    const tomorrow = said.map((row) => ({ ...row, first_time: noon_us + day_us }));
    await under.store.append({
      records: [
        recordAt(100, { ...bare(spanRow(1)), messages: said }),
        recordAt(200, { ...bare(spanRow(2, { start_time: noon_us + day_us })), messages: tomorrow }),
      ],
    });
    const hashes = [...said.map((row) => row.message_hash), 'unknown'];
    const rows = await ask('messages', { hashes });
    expect(rows.map((row) => row['text']).sort()).toEqual(texts);
    expect(JSON.parse(String(rows[0]?.['content']))).toMatchObject({ role: 'user' });
    expect(await ask('messages', { hashes: hashes.slice(0, 1) })).toHaveLength(1);
    expect(await ask('messages', { hashes, tenant: 'other' })).toEqual([]);
  });

  test('facets count traces', async () => {
    await store(
      ...agentTrace(),
      ...modelSpans(2, 3),
      spanRow(4, { service: 'late', start_time: noon_us + hour_us }),
    );
    const rows = await ask('facets', { to_us: noon_us + hour_us });
    expect(rows).toEqual([
      { facet: 'agents', value: 'planner', count: 1 },
      { facet: 'models', value: 'gpt-4o', count: 3 },
      { facet: 'models', value: 'claude', count: 1 },
      { facet: 'operations', value: 'chat', count: 3 },
      { facet: 'operations', value: 'execute_tool', count: 1 },
      { facet: 'operations', value: 'invoke_agent', count: 1 },
      { facet: 'prompt_versions', value: 'v2', count: 1 },
      { facet: 'services', value: 'shop', count: 2 },
      { facet: 'services', value: 'travel', count: 1 },
    ]);
  });

  test('facets name the most frequent values only', async () => {
    await store(
      ...Array.from({ length: 60 }, (_, index) =>
        spanRow(index, { service: `service ${String(index).padStart(2, '0')}` }),
      ),
    );
    const rows = await ask('facets');
    expect(rows.map((row) => row['value'])).toEqual(
      Array.from({ length: 50 }, (_, index) => `service ${String(index).padStart(2, '0')}`),
    );
  });

  test('timeline sums each step', async () => {
    await store(
      ...agentTrace(),
      ...modelSpans(2),
      spanRow(3, { start_time: noon_us + hour_us, status: 'error' }),
    );
    const rows = await ask('timeline', { step_us: hour_us });
    expect(rows).toEqual([
      { time: noon_us, spans: 5, errors: 1, input_tokens: 140, output_tokens: 60, cost_usd: 0.75 },
      {
        time: noon_us + hour_us,
        spans: 1,
        errors: 1,
        input_tokens: null,
        output_tokens: null,
        cost_usd: null,
      },
    ]);
    expect(
      await ask('timeline', { model: 'claude', from_us: noon_us, to_us: noon_us + 2 * second_us }),
    ).toEqual([{ time: noon_us, spans: 1, errors: 0, input_tokens: 123, output_tokens: 50, cost_usd: 0.5 }]);
    expect(await ask('timeline', { service: 'nobody' })).toEqual([]);
  });

  test('an alert is shown once, in its latest state', async () => {
    const later = { time: noon_us + hour_us };
    await under.store.insert('alerts', [
      alertRow('first'),
      alertRow('second', later),
      alertRow('third', { tenant: 'other' }),
    ]);
    await under.store.insert('alerts', [
      alertRow('first', { state: 'resolved', time: noon_us + day_us, summary: 'it is over' }),
    ]);
    const rows = await ask('alerts_history');
    expect(rows.map(({ details, ...row }) => ({ ...row, details: JSON.parse(String(details)) }))).toEqual([
      alertSummary('second', { since: noon_us + hour_us }),
      alertSummary('first', {
        since: noon_us,
        state: 'resolved',
        resolved: noon_us + day_us,
        summary: 'it is over',
      }),
    ]);
    const ids = async (parameters: Record<string, QueryValue>) =>
      (await ask('alerts_history', parameters)).map((row) => row['alert_id']);
    expect(await ids({ state: 'firing' })).toEqual(['second']);
    expect(await ids({ state: 'resolved' })).toEqual(['first']);
    expect(await ids({ limit: 1 })).toEqual(['second']);
  });
}

const defaults: Readonly<Record<string, Readonly<Record<string, QueryValue>>>> = {
  traces: {
    from_us: null,
    to_us: null,
    service: null,
    model: null,
    operation: null,
    agent: null,
    status: null,
    user: null,
    conversation: null,
    prompt_version: null,
    text: null,
    cursor_us: null,
    cursor_id: null,
    limit: 50,
  },
  facets: { from_us: null, to_us: null },
  timeline: { from_us: null, to_us: null, step_us: hour_us, service: null, model: null },
  alerts_history: { state: null, limit: 50 },
};

/** An agent that calls two models and a tool that fails; its own sums must not be counted again. */
function agentTrace(): NewRow<'spans'>[] {
  const child = (number: number, fields: Partial<NewRow<'spans'>>) =>
    spanRow(1, {
      span_id: `${'b'.repeat(15)}${number}`,
      parent_span_id: `${'b'.repeat(15)}0`,
      start_time: noon_us + number * second_us,
      ...fields,
    });
  return [
    child(0, {
      parent_span_id: null,
      name: 'plan a trip',
      operation: 'invoke_agent',
      service: 'travel',
      agent_name: 'planner',
      user_id: 'ada',
      conversation_id: 'c1',
      end_time: noon_us + 4 * second_us,
      input_tokens: 130,
      output_tokens: 55,
      cost_usd: 0.5,
    }),
    child(1, {
      name: 'ask claude',
      operation: 'chat',
      request_model: 'claude',
      response_model: 'claude-4',
      is_leaf: true,
      input_tokens: 100,
      cache_read_tokens: 20,
      cache_write_tokens: 3,
      output_tokens: 45,
      reasoning_tokens: 5,
      cost_usd: 0.5,
      prompt_version: 'v2',
    }),
    child(2, { name: 'book a hotel', operation: 'execute_tool', status: 'error' }),
    child(3, {
      name: 'ask gpt-4o',
      operation: 'chat',
      response_model: 'gpt-4o',
      is_leaf: true,
      input_tokens: 7,
      output_tokens: 5,
    }),
  ];
}

function modelSpans(...numbers: number[]): NewRow<'spans'>[] {
  return numbers.map((number) => modelCall(number).span);
}

function alertSummary(alert_id: string, fields: Row): Row {
  return {
    alert_id,
    state: 'firing',
    rule: 'drift',
    feature: null,
    slice_key: null,
    slice_value: null,
    summary: `${alert_id} happened`,
    resolved: null,
    details: {},
    ...fields,
  };
}
