import { expect, onTestFinished, test, vi } from 'vitest';
import { toCandidate } from '../../../collector/src/stores/selection.ts';
import {
  type Candidate,
  type EmbedRow,
  earlier_max,
  type QueueName,
  type RecordRows,
  type SpanRows,
  type Work,
} from '../../../collector/src/stores/store.ts';
import { type OpenStore, rowsOf, useStore } from './harness.ts';
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
  sketchRow,
  spanId,
  spanRow,
  traceId,
} from './rows.ts';

/** Work is handed out oldest first, in whole batches, and again until it is finished. */
export function queueTests(open: OpenStore): void {
  const under = useStore(open);
  const embedAll = (work: Work<'embed'>) => work.rows.map(answer);
  const numberOf = (row: { readonly span_id: string | null }) =>
    Number.parseInt(String(row.span_id).slice(1), 16);
  const numbersOf = (work: Work<QueueName> | null) => work?.rows.map(numberOf).sort((a, b) => a - b);

  async function appendPairs(count: number): Promise<void> {
    for (let batch = 1; batch <= count; batch++) {
      const calls = [modelCall(2 * batch - 1), modelCall(2 * batch)];
      await under.store.append({ records: [judged(batch * 100, ...calls)] });
    }
  }

  /** Spans that say how they were judged. */
  function judged(offset: number, ...calls: readonly SpanRows[]): RecordRows {
    const scores = calls.map(({ span: { trace_id, span_id, start_time } }) =>
      scoreRow(`score of ${span_id}`, { trace_id, span_id, time: start_time }),
    );
    return recordWith(offset, { spans: calls, scores });
  }

  async function drain(queue: QueueName): Promise<number[][]> {
    const taken: number[][] = [];
    for (let work = await under.store.take(queue, 100); work; work = await under.store.take(queue, 100)) {
      taken.push(numbersOf(work) ?? []);
      await under.store.finish(work, []);
    }
    return taken;
  }

  test('there is no work in an empty store', async () => {
    expect(await under.store.take('embed', 10)).toBeNull();
    expect(await under.store.take('sketch', 10)).toBeNull();
    expect(await under.store.take('measure', 10)).toBeNull();
    expect(await under.store.take('score', 10)).toBeNull();
  });

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

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s hands out whole batches, the oldest first',
    async (queue) => {
      await appendPairs(3);
      const take = async (rows_max: number) => numbersOf(await under.store.take(queue, rows_max));
      expect(await take(1)).toEqual([1, 2]);
      expect(await take(3)).toEqual([1, 2]);
      expect(await take(5)).toEqual([1, 2, 3, 4]);
      expect(await take(6)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await take(600)).toEqual([1, 2, 3, 4, 5, 6]);
    },
  );

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s gives the same work until it is finished',
    async (queue) => {
      await appendPairs(2);
      const work = await under.store.take(queue, 2);
      expect(await under.store.take(queue, 2)).toEqual(work);
      await under.reopen();
      expect(await under.store.take(queue, 2)).toEqual(work);
      if (work) await under.store.finish(work, []);
      expect(numbersOf(await under.store.take(queue, 2))).toEqual([3, 4]);
      await under.reopen();
      expect(numbersOf(await under.store.take(queue, 2))).toEqual([3, 4]);
    },
  );

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s is empty when all is finished, and fills again',
    async (queue) => {
      await appendPairs(2);
      expect((await drain(queue)).flat()).toEqual([1, 2, 3, 4]);
      await under.reopen();
      expect(await under.store.take(queue, 10)).toBeNull();
      await under.store.append({ records: [judged(900, modelCall(9))] });
      expect(await drain(queue)).toEqual([[9]]);
    },
  );

  test('the queues do not know of each other', async () => {
    await appendPairs(1);
    await drain('sketch');
    expect(numbersOf(await under.store.take('embed', 10))).toEqual([1, 2]);
  });

  test('work is of one day, the older day first, and late rows of an old day are not lost', async () => {
    const tomorrow = { start_time: noon_us + day_us };
    await under.store.append({ records: [recordAt(100, modelCall(3, tomorrow), modelCall(1))] });
    expect(await drain('embed')).toEqual([[1], [3]]);
    await under.store.append({ records: [recordAt(200, modelCall(2))] });
    await under.store.append({ records: [recordAt(300, modelCall(4, tomorrow))] });
    expect(await drain('embed')).toEqual([[2], [4]]);
  });

  test('answers of embed are stored once and wait in sketch', async () => {
    const call = modelCall(1);
    await under.store.append({ records: [recordAt(100, { ...call, embeddings: [] })] });
    const work = await under.store.take('embed', 10);
    if (!work) throw new Error('There should be work.');
    await under.store.finish(work, embedAll(work));
    await under.store.finish(work, embedAll(work));
    await under.reopen();
    await under.store.finish(work, embedAll(work));
    expect(await rowsOf(under.store, 'embeddings')).toHaveLength(1);
    expect(await under.store.take('embed', 10)).toBeNull();
    const next = await under.store.take('sketch', 10);
    expect(next?.rows).toHaveLength(1);
    expect(next?.rows[0]).toMatchObject({
      feature: 'embedding.user_message',
      text_hash: call.messages[0]?.message_hash,
    });
  });

  test('answers of sketch are stored once', async () => {
    await appendPairs(1);
    const work = await under.store.take('sketch', 10);
    if (!work) throw new Error('There should be work.');
    const sketches = [
      sketchRow(),
      sketchRow({ slice_key: 'service', slice_value: 'shop', sums: [-(2 ** 52), 0, 7] }),
    ];
    await under.store.finish(work, sketches);
    await under.store.finish(work, sketches);
    await under.reopen();
    await under.store.finish(work, sketches);
    const rows = await rowsOf(under.store, 'sketches');
    expect(rows.map((row) => row['sums']).sort()).toEqual([
      [-(2 ** 52), 0, 7],
      [1, -2, 3],
    ]);
    expect(await under.store.take('sketch', 10)).toBeNull();
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
    await drain('embed');
    await drain('measure');
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

  test.each(['embed', 'sketch', 'measure', 'score'] as const)(
    '%s hands out what is wanted, and says how much is not',
    async (queue) => {
      const calls = [1, 2, 3].map((number) => {
        const call = modelCall(number, { conversation_id: `c${number}` });
        return {
          ...call,
          embeddings: call.embeddings.map((row) => ({ ...row, conversation_id: `c${number}` })),
        };
      });
      await under.store.append({ records: [judged(100, ...calls)] });
      const whole = await under.store.take(queue, 10);
      expect(whole).toMatchObject({ left_out: 0, rows: [{}, {}, {}] });
      const seen: { mark: string; rows: readonly Candidate[] }[] = [];
      const asked: Candidate[] = [];
      const see = (mark: string, rows: readonly Candidate[]) => {
        expect(asked).toEqual([]);
        seen.push({ mark, rows });
      };
      const takes = (row: Candidate) => {
        asked.push(row);
        return row.conversation_id === 'c2';
      };
      const work = await under.store.take(queue, 10, { selection: { see, takes } });
      expect(work).toEqual({ ...whole, rows: [whole?.rows[1]], left_out: 2 });
      expect(seen.map(({ mark }) => mark)).toEqual([whole?.mark]);
      expect([...asked].sort(byTime)).toEqual([...(seen[0]?.rows ?? [])].sort(byTime));
      expect([...asked].sort(byTime)).toEqual(whole?.rows.map(toCandidate));
    },
  );

  test('work of which nothing is wanted is work', async () => {
    await appendPairs(1);
    const nothing = { see() {}, takes: () => false };
    const work = await under.store.take('measure', 10, { selection: nothing });
    expect(work).toMatchObject({ rows: [], left_out: 2, earlier: [] });
    if (work) await under.store.finish(work, []);
    expect(await under.store.take('measure', 10)).toBeNull();
  });

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s follows no conversations of which nothing is wanted',
    async (queue) => {
      const say = (...numbers: number[]) =>
        numbers.map((number) => {
          const conversation_id = number % 2 === 0 ? 'even' : 'odd';
          const call = modelCall(number, { conversation_id });
          return { ...call, embeddings: call.embeddings.map((row) => ({ ...row, conversation_id })) };
        });
      await under.store.append({ records: [judged(100, ...say(1, 2))] });
      await drain(queue);
      await under.store.append({ records: [judged(200, ...say(3, 4))] });
      const takes = ({ conversation_id }: Candidate) => conversation_id === 'even';
      const work = await under.store.take(queue, 10, { selection: { see() {}, takes } });
      expect(work?.earlier.map(numberOf)).toEqual([2]);
    },
  );

  test('what was stored a moment ago is left for another time where that is asked for', async () => {
    await appendPairs(2);
    const [first] = (await under.store.take('measure', 2))?.rows ?? [];
    const ingest_time = first?.ingest_time as number;
    expect(await under.store.take('measure', 10, { before_us: ingest_time - 1 })).toBeNull();
    expect(numbersOf(await under.store.take('measure', 10, { before_us: ingest_time }))).toEqual([1, 2]);
    expect(numbersOf(await under.store.take('measure', 10))).toEqual([1, 2, 3, 4]);
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
    await drain('score');
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

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s brings what was worked off of the same conversations',
    async (queue) => {
      const say = (conversation: string, ...numbers: number[]) =>
        numbers.map((number) => {
          const call = modelCall(number, { conversation_id: conversation });
          return {
            ...call,
            embeddings: call.embeddings.map((row) => ({ ...row, conversation_id: conversation })),
          };
        });
      const tomorrow = modelCall(9, { start_time: noon_us + day_us, conversation_id: 'c1' });
      await under.store.append({ records: [judged(100, ...say('c1', 1, 2), ...say('c2', 3))] });
      await under.store.append({ records: [judged(200, ...say('c1', 4), modelCall(5))] });
      const finish = async () => {
        const work = await under.store.take(queue, 1);
        if (!work) throw new Error('There should be work.');
        await under.store.finish(work, []);
        return work;
      };
      expect((await finish()).earlier).toEqual([]);
      const second = await under.store.take(queue, 1);
      expect(second?.earlier.map(numberOf)).toEqual([1, 2]);
      await under.reopen();
      expect(await under.store.take(queue, 1)).toEqual(second);
      expect((await finish()).rows.map(numberOf)).toEqual([4, 5]);
      await under.store.append({ records: [judged(300, tomorrow, ...say('c1', 6))] });
      expect((await finish()).earlier.map(numberOf)).toEqual([1, 2, 4]);
      expect((await finish()).earlier, 'another day').toEqual([]);
    },
  );

  test.each(['sketch', 'measure', 'score'] as const)(
    '%s brings the last of a long conversation',
    async (queue) => {
      const turns = (from: number, count: number) =>
        Array.from({ length: count }, (_, index) => {
          const call = modelCall(from + index, { conversation_id: 'c' });
          return { ...call, embeddings: call.embeddings.map((row) => ({ ...row, conversation_id: 'c' })) };
        });
      await under.store.append({ records: [judged(100, ...turns(1, earlier_max + 6))] });
      await drain(queue);
      await under.store.append({ records: [judged(200, ...turns(200, 1))] });
      const work = await under.store.take(queue, 10);
      expect(work?.earlier.map(numberOf)).toEqual(
        Array.from({ length: earlier_max }, (_, index) => index + 7),
      );
    },
  );

  test('evaluations wait that came without spans after a start with a clock set back', async () => {
    const appendScore = (offset: number) =>
      under.store.append({
        records: [recordWith(offset, { scores: [scoreRow(`score ${offset}`)] })],
      });
    await appendScore(100);
    await drain('score');
    passTime(-3_600_000);
    await under.reopen();
    await appendScore(200);
    const work = await under.store.take('score', 10);
    expect(work?.rows.map(({ score_id }) => score_id)).toEqual(['score 200']);
  });

  test('work that was taken outlives rows that arrive meanwhile', async () => {
    await appendPairs(1);
    const work = await under.store.take('embed', 10);
    if (!work) throw new Error('There should be work.');
    await under.store.append({ records: [recordAt(900, modelCall(9))] });
    await under.store.finish(work, embedAll(work));
    expect(numbersOf(await under.store.take('embed', 10))).toEqual([9]);
  });
}

const minute_us = 60 * second_us;

/** The machine's clock goes on by so much until the test ends. */
function passTime(time_ms: number): void {
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + time_ms);
  onTestFinished(() => clock.mockRestore());
}

function byTime(a: Candidate, b: Candidate): number {
  return a.time - b.time;
}

function answer(row: EmbedRow) {
  return embeddingRow(0, {
    tenant: row.tenant,
    trace_id: row.trace_id,
    span_id: row.span_id,
    feature: 'embedding.user_message',
    time: row.time,
    text_hash: row.text_hash,
    slices: JSON.stringify(row.slices),
  });
}
