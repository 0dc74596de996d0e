import type { NewRow } from '../../../collector/src/stores/schema.ts';
import type { QueryValue, Row } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import { bare, hour_us, modelCall, noon_us, recordAt, second_us, spanRow } from './rows.ts';

/** A store for every test, and short ways to store spans and to ask named queries. */
export function useQueries(open: OpenStore) {
  const under = useStore(open);

  async function store(...spans: NewRow<'spans'>[]): Promise<void> {
    const offset = ((await under.store.position())?.offset ?? 0) + 100;
    await under.store.append({ records: [recordAt(offset, ...spans.map(bare))] });
  }

  async function ask(name: string, parameters: Readonly<Record<string, QueryValue>> = {}): Promise<Row[]> {
    return await under.store.query(name, { tenant: 'default', ...(defaults[name] ?? {}), ...parameters });
  }

  return { under, store, ask };
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
export function agentTrace(): NewRow<'spans'>[] {
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

export function modelSpans(...numbers: number[]): NewRow<'spans'>[] {
  return numbers.map((number) => modelCall(number).span);
}
