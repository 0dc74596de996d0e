import { describe, expect, it } from 'vitest';
import { mostTelling, summarise } from '../../../dashboards/web/src/trace/trace-summary.ts';
import { bigOutline } from '../support/fake-traces.ts';

const [template] = bigOutline(1);

function outline(known: Partial<NonNullable<typeof template>>) {
  return { ...template!, is_leaf: false, cost_usd: null, input_tokens: null, output_tokens: null, ...known };
}

describe('summarise', () => {
  it('adds leaf calls only, and counts those without a price', () => {
    const totals = summarise([
      outline({ cost_usd: 99, input_tokens: 1_000, output_tokens: 1_000 }),
      outline({ is_leaf: true, cost_usd: 0.25, input_tokens: 10, output_tokens: 3 }),
      outline({ is_leaf: true, input_tokens: 5 }),
    ]);
    expect(totals).toMatchObject({
      cost_usd: 0.25,
      unpriced_calls: 1,
      input_tokens: 15,
      output_tokens: 3,
      leaf_calls: 2,
    });
  });

  it('knows no cost where no call has one', () => {
    expect(summarise([outline({ is_leaf: true })])).toMatchObject({ cost_usd: null, output_tokens: null });
    expect(summarise([])).toMatchObject({ cost_usd: null, duration_ms: 0, spans: 0 });
  });

  it('reaches from the earliest start to the latest end, whatever the order and the sign of durations', () => {
    const totals = summarise([
      outline({ start_us: 5_000, duration_ms: 1 }),
      outline({ start_us: -2_000, duration_ms: -4 }),
      outline({ start_us: 0, duration_ms: 20 }),
    ]);
    expect(totals).toMatchObject({ start_us: -2_000, end_us: 20_000, duration_ms: 22 });
  });
});

describe('mostTelling', () => {
  it('is the last model call, else the first span', () => {
    const calls = [1, 2].map((n) => outline({ is_leaf: true, operation: 'chat', span_id: `call ${n}` }));
    const tool = outline({ operation: 'execute_tool', span_id: 'tool' });
    expect(mostTelling([tool, ...calls, tool])?.span_id).toBe('call 2');
    expect(mostTelling([tool])?.span_id).toBe('tool');
    expect(mostTelling([])).toBeUndefined();
  });
});
