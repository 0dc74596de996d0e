import { describe, expect, test } from 'vitest';
import type { MeasureRow } from '../../../collector/src/stores/store.ts';
import { watchedFeatures } from '../../../collector/src/watch/features.ts';
import { observeSpan } from '../../../collector/src/watch/observe-span.ts';

function span(columns: Record<string, unknown>, fields: Partial<MeasureRow> = {}): MeasureRow {
  return {
    ...{ tenant: 'default', trace_id: 't', span_id: 's', conversation_id: 'c', time: 1, ingest_time: 2 },
    ...{ slices: { service: 'shop' }, input_text: null, output_text: null, trace: null, columns },
    ...fields,
  };
}

const said = (row: MeasureRow, features = '*') =>
  observeSpan(row, watchedFeatures(features)).map(({ feature, value }) => [feature, value]);

describe('what a span says', () => {
  test('a model call says how it went, what it used and what was said', () => {
    const columns = {
      ...{ is_leaf: true, operation: 'chat', status: 'unset', finish_reasons: ['stop', 'length'] },
      ...{ duration_ms: 12.5, output_tokens: 7, cost_usd: null, response_model: 'small-1' },
    };
    const row = span(columns, { input_text: 'hello', output_text: 'goodbye' });
    expect(said(row)).toEqual([
      ['category.status', 'unset'],
      ['category.operation', 'chat'],
      ['category.response_model', 'small-1'],
      ['category.finish_reasons', 'stop'],
      ['category.finish_reasons', 'length'],
      ['number.duration_ms', 12.5],
      ['number.output_tokens', 7],
      ['text.input_messages', 'hello'],
      ['text.output_messages', 'goodbye'],
      ['behaviour.finish', 'stop'],
      ['behaviour.finish', 'length'],
    ]);
  });

  test('a tool call says which and whether it failed, not how long', () => {
    const columns = {
      is_leaf: false,
      operation: 'execute_tool',
      status: 'error',
      tool_name: 'search',
      duration_ms: 5,
    };
    expect(said(span(columns), 'behaviour.*,number.*')).toEqual([
      ['behaviour.tool_mix', 'search'],
      ['behaviour.tool_error', 'error'],
    ]);
  });

  test('a root says what its trace did', () => {
    const trace = { steps: 5, tool_calls: 3, repeated_tool_calls: 1 };
    expect(said(span({ is_leaf: false, status: 'ok' }, { trace }), 'behaviour.*')).toEqual([
      ['behaviour.error', 'ok'],
      ['behaviour.loop', 'repeated'],
      ['behaviour.steps', 5],
      ['behaviour.tool_calls', 3],
    ]);
  });

  test('values of one span are told apart, and the same span says the same again', () => {
    const row = span({ is_leaf: true, finish_reasons: ['stop', 'stop'] });
    const keys = () => observeSpan(row, watchedFeatures('*')).map(({ value_key }) => value_key);
    expect(new Set(keys()).size).toBe(4);
    expect(keys()).toEqual(keys());
    expect(keys()[0]).toMatch(/^t:s:/);
  });

  test('only what is watched is said', () => {
    const row = span({ is_leaf: true, status: 'ok', duration_ms: 1, output_tokens: 2 });
    expect(said(row, 'number.duration_ms, category.*')).toEqual([
      ['category.status', 'ok'],
      ['number.duration_ms', 1],
    ]);
    expect(said(row, '')).toEqual([]);
  });
});
