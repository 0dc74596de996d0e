import { expect, test } from 'vitest';
import type { NewRow } from '../../../collector/src/stores/schema.ts';
import type { QueryValue, Row, SpanRows } from '../../../collector/src/stores/store.ts';
import { type OpenStore, useStore } from './harness.ts';
import {
  amendment,
  bare,
  day_us,
  embeddingRow,
  modelCall,
  noon_us,
  recordAt,
  recordWith,
  scoreRow,
  second_us,
  sketchRow,
  spanId,
  spanRow,
  traceId,
} from './rows.ts';

const minute_us = 60 * second_us;
const feature = 'embedding.output';
const range = { from_us: noon_us - day_us, to_us: noon_us + day_us };

/** The named queries the watch and the detectors live on. */
export function driftQueryTests(open: OpenStore): void {
  const under = useStore(open);

  async function ask(name: string, parameters: Readonly<Record<string, QueryValue>>): Promise<Row[]> {
    return await under.store.query(name, { tenant: 'default', ...parameters });
  }

  async function storeVectors(...embeddings: NewRow<'embeddings'>[]): Promise<void> {
    const spans = embeddings.map((row, index): SpanRows => ({ ...bare(spanRow(index)), embeddings: [row] }));
    await under.store.append({ records: [recordAt(100, ...spans)] });
  }

  /** Sketches reach the store as answers to work. */
  async function storeSketches(...sketches: NewRow<'sketches'>[]): Promise<void> {
    const offset = ((await under.store.position())?.offset ?? 0) + 100;
    await under.store.append({
      records: [recordAt(offset, { ...bare(spanRow(offset)), embeddings: [embeddingRow(offset)] })],
    });
    const work = await under.store.take('sketch', 100);
    if (!work) throw new Error('There should be work.');
    await under.store.finish(work, sketches);
  }

  test('sketch_minutes counts the vectors of each minute over all batches', async () => {
    const sliced = { slice_key: 'service', slice_value: 'shop' };
    await storeSketches(
      sketchRow({ count: 3 }),
      sketchRow({ count: 3, ...sliced }),
      sketchRow({ minute: noon_us + minute_us, count: 5 }),
    );
    await storeSketches(
      sketchRow({ count: 4 }),
      sketchRow({ sketch_id: 'another', count: 9 }),
      sketchRow({ feature: 'x', count: 9 }),
    );
    const minutes = { feature, sketch_id: 'test', from_us: null, limit: 10 };
    const rows = await ask('sketch_minutes', minutes);
    expect(rows.map((row) => [row['minute'], row['count']])).toEqual([
      [noon_us, 7],
      [noon_us + minute_us, 5],
    ]);
    expect(rows[0]?.['arrived']).toBeGreaterThan(rows[1]?.['arrived'] as number);
    expect(await ask('sketch_minutes', { ...minutes, limit: 1 })).toEqual(rows.slice(0, 1));
    expect(await ask('sketch_minutes', { ...minutes, from_us: noon_us + 1 })).toEqual(rows.slice(1));
    expect(await ask('sketch_minutes', { ...minutes, tenant: 'other' })).toEqual([]);
  });

  test('sketch_sums adds element by element, each slice for itself', async () => {
    const sliced = { slice_key: 'service', slice_value: 'shop' };
    const long = Array.from({ length: 300 }, (_, index) => index - 150);
    await storeSketches(sketchRow({ sums: long, count: 2 }), sketchRow({ ...sliced, sums: [1, 2, 3] }));
    await storeSketches(
      sketchRow({ sums: long, count: 3, minute: noon_us + minute_us }),
      sketchRow({ sums: long, minute: noon_us + 2 * minute_us }),
    );
    const sums = { feature, sketch_id: 'test', from_us: noon_us, to_us: noon_us + 2 * minute_us };
    expect(await ask('sketch_sums', sums)).toEqual([
      { slice_key: 'all', slice_value: 'all', count: 5, sums: long.map((value) => 2 * value) },
      { slice_key: 'service', slice_value: 'shop', count: 1, sums: [1, 2, 3] },
    ]);
    expect(await ask('sketch_sums', { ...sums, sketch_id: 'another' })).toEqual([]);
  });

  test('sketches are found by their minutes, long before or after the day whose work they came of', async () => {
    const minutes = [-400, -2, 0, 2].map((days) => noon_us + days * day_us);
    await storeSketches(...minutes.map((minute, index) => sketchRow({ minute, sums: [index + 1] })));
    const sketches = { feature, sketch_id: 'test' };
    const from = async (from_us: number | null) =>
      (await ask('sketch_minutes', { ...sketches, from_us, limit: 10 })).map((row) => row['minute']);
    expect(await from(null)).toEqual(minutes);
    expect(await from(noon_us - 2 * day_us)).toEqual(minutes.slice(1));
    expect(await from(noon_us + 2 * day_us)).toEqual(minutes.slice(3));
    expect(await from(noon_us + 2 * day_us + 1)).toEqual([]);
    const sums = async (from_us: number, to_us: number) =>
      (await ask('sketch_sums', { ...sketches, from_us, to_us })).map((row) => row['sums']);
    expect(await sums(noon_us - 400 * day_us, noon_us - 399 * day_us)).toEqual([[1]]);
    expect(await sums(noon_us - 2 * day_us, noon_us + day_us)).toEqual([[5]]);
    expect(await sums(noon_us + day_us, noon_us + 3 * day_us)).toEqual([[4]]);
    expect(await sums(noon_us + day_us, noon_us + 2 * day_us)).toEqual([]);
  });

  test('vector_features tells what has vectors', async () => {
    await storeVectors(
      embeddingRow(1),
      embeddingRow(2),
      embeddingRow(3, { feature: 'embedding.a' }),
      embeddingRow(4, { time: noon_us + 2 * day_us }),
    );
    const features = { feature: null, ...range, limit: 10 };
    expect(await ask('vector_features', features)).toEqual([
      { feature: 'embedding.a', encoder: 'test', dimension: 3, count: 1 },
      { feature, encoder: 'test', dimension: 3, count: 2 },
    ]);
    expect(await ask('vector_features', { ...features, feature })).toHaveLength(1);
  });

  test('vectors are those of a feature and a slice', async () => {
    const slices = '{"service":"shop","request_model":"it\\u0027s \\"quoted\\""}';
    await storeVectors(
      embeddingRow(1, { slices }),
      embeddingRow(2, { slices: '{"service":"bar"}' }),
      embeddingRow(3, { feature: 'embedding.a' }),
    );
    const vectors = { feature, slice_key: 'all', slice_value: 'all', ...range, limit: 10 };
    const traces = async (parameters: Readonly<Record<string, QueryValue>>) =>
      (await ask('vectors', { ...vectors, ...parameters })).map((row) => row['trace_id']).sort();
    expect(await traces({})).toEqual([traceId(1), traceId(2)]);
    expect(await traces({ slice_key: 'service', slice_value: 'shop' })).toEqual([traceId(1)]);
    expect(await traces({ slice_key: 'request_model', slice_value: 'it\'s "quoted"' })).toEqual([traceId(1)]);
    expect(await traces({ slice_key: 'prompt_version', slice_value: 'v1' })).toEqual([]);
    expect(await traces({ to_us: noon_us })).toEqual([]);
    const [row] = await ask('vectors', { ...vectors, slice_key: 'service', slice_value: 'shop' });
    expect(row).toMatchObject({
      ...{ time: noon_us, encoder: 'test', dimension: 3, vector: [0.5, -0.25, 1] },
      ...{ trace_id: traceId(1), span_id: spanId(1), conversation_id: null },
    });
    expect(JSON.parse(String(row?.['slices']))).toEqual(JSON.parse(slices));
  });

  test('of many vectors the same part comes each time', async () => {
    await storeVectors(...Array.from({ length: 40 }, (_, index) => embeddingRow(index)));
    const vectors = { feature, slice_key: 'all', slice_value: 'all', ...range };
    const five = await ask('vectors', { ...vectors, limit: 5 });
    const ten = await ask('vectors', { ...vectors, limit: 10 });
    expect(five).toHaveLength(5);
    expect(ten.slice(0, 5)).toEqual(five);
  });

  test('of many vectors whole conversations come', async () => {
    const said = (number: number, conversation_id: string) => embeddingRow(number, { conversation_id });
    await storeVectors(...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => said(number, `c${number % 4}`)));
    const vectors = { feature, slice_key: 'all', slice_value: 'all', ...range };
    const four = await ask('vectors', { ...vectors, limit: 4 });
    expect(new Set(four.map((row) => row['conversation_id'])).size).toBe(2);
  });

  test('span_features brings a span with its columns, its texts and what its trace did', async () => {
    const call = modelCall(2, { trace_id: traceId(1), parent_span_id: spanId(1), user_segment: 'new' });
    const tool = (number: number) =>
      bare(
        spanRow(number, {
          ...{ trace_id: traceId(1), parent_span_id: spanId(1), operation: 'execute_tool' },
          ...{ tool_name: 'search', attributes: '{"gen_ai.tool.call.arguments":"{}"}' },
        }),
      );
    const root = bare(
      spanRow(1, { operation: 'invoke_agent', service: 'shop', start_time: noon_us + 2 * second_us }),
    );
    const early = modelCall(5, { trace_id: traceId(1), start_time: noon_us + second_us - 1 });
    const other = modelCall(7, { tenant: 'other' });
    await under.store.append({ records: [recordAt(100, call, tool(3), tool(4), early, root, other)] });
    const asked = {
      ...{ ...range, slice_key: 'all', slice_value: 'all', limit: 10 },
      ...{ arguments_key: 'gen_ai.tool.call.arguments', trace_lead_us: second_us },
    };
    const rows = await ask('span_features', asked);
    expect(rows.map((row) => row['span_id'])).toEqual([5, 1, 2, 3, 4].map(spanId));
    expect(rows[1]).toMatchObject({ steps: 3, tool_calls: 2, repeated_tool_calls: 1, input_text: null });
    expect(rows[2]).toMatchObject({
      ...{ time: call.span.start_time, conversation_id: null, is_leaf: true, cost_usd: 0.25, steps: null },
      ...{ input_text: 'question 2', output_text: 'answer 2', user_segment: 'new', duration_ms: 250 },
    });
    const named = async (slice_key: string, slice_value: string) =>
      (await ask('span_features', { ...asked, slice_key, slice_value })).map((row) => row['span_id']);
    expect(await named('tool_name', 'search')).toEqual([3, 4].map(spanId));
    expect(await named('user_segment', 'new')).toEqual([spanId(2)]);
    expect(await named('nothing', 'x')).toEqual([]);
    expect(await ask('span_features', { ...asked, limit: 2 })).toHaveLength(2);
  });

  test('evaluations brings each once, with what is known of its span, by slice too', async () => {
    const about = (number: number) => ({ trace_id: traceId(number), span_id: spanId(number) });
    const time = noon_us + second_us;
    const scores = [
      scoreRow('of a span', { ...about(1), time }),
      scoreRow('of a span', { ...about(1), time }),
      scoreRow('of nothing', { value: null, label: 'pass', time }),
      scoreRow('before', { ...about(1), time: range.from_us - 1 }),
      scoreRow('verdict', { source: 'detector', time }),
      scoreRow('of others', { tenant: 'other', time }),
    ];
    const call = modelCall(1, { conversation_id: 'c1', user_segment: 'new', start_time: range.from_us - 1 });
    await under.store.append({ records: [recordWith(100, { spans: [call], scores })] });
    const asked = { ...range, slice_key: 'all', slice_value: 'all', limit: 10, span_wait_us: 0 };
    const rows = await ask('evaluations', asked);
    expect(rows.map((row) => row['score_id']).sort()).toEqual(['of a span', 'of nothing']);
    expect(rows.find((row) => row['score_id'] === 'of a span')).toMatchObject({
      ...{
        tenant: 'default',
        name: 'relevance',
        source: 'judge',
        ...about(1),
        time,
        value: 0.75,
        label: null,
      },
      ...{ conversation_id: 'c1', service: 'shop', user_segment: 'new', tool_name: null },
    });
    const named = async (slice_key: string, slice_value: string) =>
      (await ask('evaluations', { ...asked, slice_key, slice_value })).map((row) => row['score_id']);
    expect(await named('user_segment', 'new')).toEqual(['of a span']);
    expect(await named('user_segment', 'old')).toEqual([]);
    expect(await ask('evaluations', { ...asked, limit: 1 })).toHaveLength(1);
  });

  test('evaluations know of their spans what was known when they were made', async () => {
    const about = (number: number) => ({ trace_id: traceId(number), span_id: spanId(number) });
    const judge = (number: number) =>
      scoreRow(`of ${number}`, { ...about(number), time: noon_us + second_us });
    const spans = [modelCall(1, { conversation_id: 'c1' }), modelCall(2)];
    await under.store.append({ records: [recordWith(100, { spans, scores: [judge(1), judge(2)] })] });
    const columns = { response_id: 'r', conversation_id: 'c2' };
    const amendments = [amendment(1, { columns }), amendment(2, { columns })];
    await under.store.append({ records: [recordWith(200, { amendments })] });
    const asked = { ...range, slice_key: 'service', slice_value: 'shop', limit: 10, span_wait_us: 0 };
    const rows = await ask('evaluations', asked);
    expect(new Map(rows.map((row) => [row['score_id'], row['conversation_id']]))).toEqual(
      new Map([
        ['of 1', 'c1'],
        ['of 2', null],
      ]),
    );
  });

  test('version_changes tells when a version came after another', async () => {
    const version = (number: number, kind: string, name: string, value: string) => {
      const span = spanRow(number);
      const row = { tenant: 'default', kind, name, version: value, first_time: span.start_time };
      return { ...bare(span), versions: [{ ...row, trace_id: span.trace_id, span_id: span.span_id }] };
    };
    await under.store.append({
      records: [
        recordAt(
          100,
          version(1, 'prompt', 'greet', 'v1'),
          version(2, 'prompt', 'greet', 'v2'),
          version(3, 'deployment', 'shop', '7'),
          version(4, 'model', 'gpt', 'a'),
          version(5, 'model', 'gpt', 'b'),
          version(6, 'prompt', 'greet', 'v3'),
        ),
      ],
    });
    const ask_until = async (to_us: number) =>
      (await ask('version_changes', { to_us, limit: 5 })).map((row) => [row['version'], row['first_time']]);
    expect(await ask_until(noon_us + day_us)).toEqual([
      ['v3', noon_us + 6 * second_us],
      ['v2', noon_us + 2 * second_us],
    ]);
    expect(await ask_until(noon_us + 2 * second_us)).toEqual([['v2', noon_us + 2 * second_us]]);
    expect(await ask_until(noon_us + second_us)).toEqual([]);
  });

  test('verdicts come oldest first, each once', async () => {
    const first = verdictRow('first', noon_us);
    await under.store.insert('scores', [
      verdictRow('second', noon_us + minute_us, { slice_key: 'service', slice_value: 'shop' }),
      first,
    ]);
    await under.store.insert('scores', [first, verdictRow('judged', noon_us, { source: 'judge' })]);
    const verdicts = { feature: null, slice_key: null, slice_value: null, from_us: null, to_us: null };
    const rows = await ask('verdicts', verdicts);
    expect(rows.map((row) => [row['window_start'], row['slice_value'], row['detector']])).toEqual([
      [noon_us, 'all', 'embedding_drift'],
      [noon_us + minute_us, 'shop', 'embedding_drift'],
    ]);
    expect(JSON.parse(String(rows[0]?.['details']))).toEqual({ id: 'first' });
    expect(await ask('verdicts', { ...verdicts, slice_key: 'service' })).toEqual(rows.slice(1));
    expect(await ask('verdicts', { ...verdicts, to_us: noon_us + minute_us })).toEqual(rows.slice(0, 1));
    expect(await ask('verdicts', { ...verdicts, from_us: noon_us + minute_us })).toEqual(rows.slice(1));
    expect(await ask('verdicts', { ...verdicts, feature: 'x' })).toEqual([]);
  });
}

function verdictRow(
  id: string,
  window_start: number,
  fields: Partial<NewRow<'scores'>> = {},
): NewRow<'scores'> {
  return {
    tenant: 'default',
    score_id: id,
    time: window_start,
    name: 'embedding_drift',
    source: 'detector',
    trace_id: null,
    span_id: null,
    feature,
    slice_key: 'all',
    slice_value: 'all',
    window_start,
    window_end: window_start + minute_us,
    value: 0.1,
    label: 'stable',
    explanation: null,
    details: JSON.stringify({ id }),
    ...fields,
  };
}
