import { expect, test } from 'vitest';
import { type OpenStore, useStore } from './harness.ts';
import { drain, numberOf, numbersOf, passTime } from './queue-harness.ts';
import {
  amendment,
  bare,
  day_us,
  embeddingRow,
  message,
  modelCall,
  noon_us,
  recordAt,
  recordWith,
  scoreRow,
  second_us,
  spanId,
  spanRow,
  traceId,
} from './rows.ts';

/** What rows of work hold: all that is known of them, and what was known when. */
export function queueRowTests(open: OpenStore): void {
  const under = useStore(open);

  test('a user message comes with everything needed to embed it', async () => {
    const call = modelCall(1, {
      conversation_id: 'c1',
      prompt_version: 'v2',
      question: 'where is my order?',
    });
    await under.store.append({ records: [recordAt(100, call)] });
    const work = await under.store.take('embed', 10);
    expect(work?.queue).toBe('embed');
    expect(work?.rows).toEqual([
      {
        tenant: 'default',
        trace_id: call.span.trace_id,
        span_id: call.span.span_id,
        conversation_id: 'c1',
        time: call.span.start_time,
        ingest_time: expect.any(Number),
        text_hash: call.messages[0]?.message_hash,
        text: 'where is my order?',
        output_hash: call.messages[1]?.message_hash,
        output_text: 'answer 1',
        slices: { service: 'shop', request_model: 'gpt-4o', prompt_version: 'v2' },
      },
    ]);
  });

  test('only leaf model spans whose last input message is a user’s are embedded', async () => {
    const answered = message('assistant', 'an answer');
    const after_answer = modelCall(1);
    const history = [...(after_answer.span.input_messages ?? []), answered.message_hash];
    await under.store.append({
      records: [
        recordAt(100, {
          ...after_answer,
          span: { ...after_answer.span, input_messages: history },
          messages: [...after_answer.messages, answered],
        }),
        recordAt(200, modelCall(2, { is_leaf: false, operation: 'invoke_agent' })),
        recordAt(300, modelCall(3, { operation: 'embeddings' })),
        recordAt(400, modelCall(4, { input_messages: null })),
        recordAt(500, modelCall(5, { input_messages: [] })),
        recordAt(600, bare(spanRow(6))),
        recordAt(700, modelCall(7)),
      ],
    });
    expect(numbersOf(await under.store.take('embed', 10))).toEqual([7]);
  });

  test('embeddings come as they were stored', async () => {
    await under.store.append({ records: [recordAt(100, modelCall(1))] });
    const work = await under.store.take('sketch', 10);
    const [row] = work?.rows ?? [];
    expect({ ...row, vector: [...(row?.vector ?? [])], slices: JSON.parse(row?.slices ?? '') }).toEqual({
      ...embeddingRow(1),
      ingest_time: expect.any(Number),
      time: noon_us + 1_000_000,
      slices: { service: 'shop' },
    });
  });

  test('a span comes with its columns, its texts and what its trace did', async () => {
    const tool = (number: number, fields: Parameters<typeof spanRow>[1]) =>
      bare(
        spanRow(number, {
          ...{ trace_id: traceId(1), parent_span_id: spanId(1), operation: 'execute_tool' },
          ...{ tool_name: 'search', attributes: '{"gen_ai.tool.call.arguments":"{}"}' },
          ...fields,
        }),
      );
    const call = modelCall(2, { trace_id: traceId(1), parent_span_id: spanId(1), conversation_id: 'c1' });
    const root = bare(spanRow(1, { operation: 'invoke_agent', service: 'shop', status: 'error' }));
    const late = tool(6, {});
    await under.store.append({
      records: [
        recordAt(100, call, tool(3, {}), tool(4, {}), tool(5, { tool_name: 'book' })),
        recordAt(200, root),
      ],
    });
    await under.store.append({ records: [recordAt(300, late)] });
    const work = await under.store.take('measure', 5);
    expect(numbersOf(work)).toEqual([1, 2, 3, 4, 5]);
    const found = (number: number) => work?.rows.find((row) => numberOf(row) === number);
    expect(found(1)).toMatchObject({
      ...{ conversation_id: null, slices: { service: 'shop' }, input_text: null, output_text: null },
      columns: { operation: 'invoke_agent', status: 'error', duration_ms: 250, is_leaf: false },
      trace: { steps: 4, tool_calls: 3, repeated_tool_calls: 1 },
    });
    expect(found(2)).toMatchObject({
      ...{ conversation_id: 'c1', input_text: 'question 2', output_text: 'answer 2', trace: null },
      time: call.span.start_time,
      columns: { input_tokens: 10, output_tokens: 5, cost_usd: 0.25, ttft_ms: null, is_leaf: true },
    });
    expect(found(3)).toMatchObject({ slices: { tool_name: 'search' }, trace: null });
  });

  test('of long texts a span comes with the beginning', async () => {
    const question = 'long '.repeat(10_000);
    await under.store.append({ records: [recordAt(100, modelCall(1, { question }))] });
    const [row] = (await under.store.take('measure', 5))?.rows ?? [];
    expect(row?.input_text).toBe(question.slice(0, 4_000));
  });

  test('what began over a minute before its root is not counted with the trace', async () => {
    const step = (number: number, start_time: number) =>
      modelCall(number, { trace_id: traceId(1), parent_span_id: spanId(1), start_time });
    await under.store.append({
      records: [
        recordAt(
          100,
          ...[step(2, noon_us - 1), step(3, noon_us), step(4, noon_us + 2 * minute_us)],
          bare(spanRow(1, { start_time: noon_us + minute_us })),
        ),
      ],
    });
    const work = await under.store.take('measure', 5);
    expect(work?.rows.find((row) => numberOf(row) === 1)?.trace?.steps).toBe(2);
  });

  test('a text that was said before comes with the span that says it again', async () => {
    const say = (number: number) => modelCall(number, { question: 'yes' });
    await under.store.append({ records: [recordAt(100, say(1)), recordAt(200, say(2))] });
    await drain(under.store, 'embed');
    await drain(under.store, 'measure');
    await under.store.append({ records: [recordAt(300, say(3))] });
    await under.reopen();
    expect((await under.store.take('embed', 5))?.rows).toMatchObject([{ text: 'yes' }]);
    expect((await under.store.take('measure', 5))?.rows).toMatchObject([{ input_text: 'yes' }]);
  });

  test('a text that was erased comes with no span any more', async () => {
    const secret = modelCall(1, { question: 'a secret question' });
    await under.store.append({ records: [recordAt(100, secret)] });
    expect((await under.store.take('measure', 5))?.rows).toMatchObject([{ input_text: 'a secret question' }]);
    await under.store.erase({ tenant: 'default', trace_id: traceId(1) });
    const { input_messages = null } = secret.span;
    await under.store.append({ records: [recordAt(200, bare(spanRow(2, { input_messages })))] });
    expect((await under.store.take('measure', 5))?.rows).toMatchObject([{ input_text: null }]);
  });

  test('an evaluation comes once, with what is known of its span', async () => {
    const spans = [modelCall(1, { conversation_id: 'c1', prompt_version: 'v2' }), modelCall(2)];
    const about = (number: number) => ({ trace_id: traceId(number), span_id: spanId(number) });
    const good = scoreRow('good', { ...about(1), time: noon_us + second_us });
    const said = scoreRow('said', { value: null, label: 'pass', source: 'human' });
    const scores = [good, good, said, scoreRow('unknown', { ...about(7), name: 'tone' })];
    const verdict = scoreRow('verdict', { source: 'detector', name: 'embedding-drift' });
    await under.store.append({ records: [recordWith(100, { spans, scores: [...scores, verdict] })] });
    await under.store.append({
      records: [recordWith(200, { scores: [good, scoreRow('late', about(2))] })],
    });
    const first = await under.store.take('score', 5);
    const row = (score_id: string) => first?.rows.filter((found) => found.score_id === score_id);
    expect(first?.rows).toHaveLength(3);
    expect(row('good')).toEqual([
      {
        ...{ tenant: 'default', score_id: 'good', name: 'relevance', source: 'judge', ...about(1) },
        ...{ conversation_id: 'c1', time: noon_us + second_us, ingest_time: expect.any(Number) },
        ...{ value: 0.75, label: null },
        slices: { service: 'shop', request_model: 'gpt-4o', prompt_version: 'v2' },
      },
    ]);
    const alone = { conversation_id: null, slices: {} };
    expect(row('said')).toMatchObject([
      { value: null, label: 'pass', source: 'human', trace_id: null, ...alone },
    ]);
    expect(row('unknown')).toMatchObject([{ name: 'tone', ...about(7), ...alone }]);
    if (first) await under.store.finish(first, []);
    const second = await under.store.take('score', 5);
    expect(second?.rows.map(({ score_id }) => score_id)).toEqual(['late']);
  });

  test('an evaluation finds its span on the day before, and where that comes a moment after it', async () => {
    const evening = noon_us + day_us / 2 - second_us;
    const about = (number: number) => ({ trace_id: traceId(number), span_id: spanId(number) });
    const scores = [1, 2].map((number) =>
      scoreRow(`of ${number}`, { ...about(number), time: evening + 2 * second_us }),
    );
    await under.store.append({ records: [recordAt(100, modelCall(1, { start_time: evening }))] });
    await under.store.append({ records: [recordWith(200, { scores })] });
    await under.store.append({ records: [recordAt(300, modelCall(2, { start_time: evening }))] });
    const work = await under.store.take('score', 5);
    expect(work?.rows.map(({ slices }) => slices['service'])).toEqual(['shop', 'shop']);
  });

  test('what a span gains long after it was judged takes it from no evaluation', async () => {
    const about = (number: number) => ({ trace_id: traceId(number), span_id: spanId(number) });
    const judge = (number: number) => scoreRow(`of ${number}`, about(number));
    const spans = [
      modelCall(1, { conversation_id: 'c1' }),
      modelCall(2, { conversation_id: 'c1' }),
      modelCall(3),
    ];
    await under.store.append({ records: [recordWith(100, { spans, scores: [judge(1), judge(3)] })] });
    await drain(under.store, 'score');
    passTime(60_000);
    const gained = [
      amendment(1, { columns: { response_id: 'r1' } }),
      amendment(3, { columns: { conversation_id: 'c1' } }),
    ];
    await under.store.append({ records: [recordWith(200, { amendments: gained })] });
    await under.store.append({ records: [recordWith(300, { scores: [judge(2)] })] });
    const work = await under.store.take('score', 5);
    expect(work?.rows).toMatchObject([{ score_id: 'of 2', conversation_id: 'c1' }]);
    // What was judged before its conversation was known was counted by itself.
    expect(work?.earlier).toMatchObject([
      { score_id: 'of 1', conversation_id: 'c1', slices: { service: 'shop' } },
    ]);
  });
}

const minute_us = 60 * second_us;
