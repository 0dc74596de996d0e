import { expect, test } from 'vitest';
import type { QueryValue, Row } from '../../../collector/src/stores/store.ts';
import type { OpenStore } from './harness.ts';
import { agentTrace, modelSpans, useQueries } from './query-harness.ts';
import {
  alertRow,
  bare,
  day_us,
  hour_us,
  message,
  noon_us,
  recordAt,
  second_us,
  spanRow,
  traceId,
} from './rows.ts';

/** The named queries answer alike in every dialect. */
export function queryTests(open: OpenStore): void {
  const { under, store, ask } = useQueries(open);

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
