import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogRows, logRows } from '../../../collector/src/enrich/log-rows.ts';
import { openPriceBook } from '../../../collector/src/enrich/price-book.ts';
import { createRowBuilder } from '../../../collector/src/enrich/rows.ts';
import { spanScores } from '../../../collector/src/enrich/score-rows.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import { type AnyTable, tables } from '../../../collector/src/stores/schema.ts';
import { type PlainAttributes, spanOf } from '../normalise/support.ts';
import { logOf, type PlainLog, time_ns } from './support.ts';

const arrival = { tenant: 'acme', received_ms: 1_770_000_000_000 };
const rowsOf = (...logs: PlainLog[]): LogRows => logRows(logs.map(logOf), arrival);
const toSpanRows = createRowBuilder({ price_book: await openPriceBook() });
const spanRowOf = (attributes: PlainAttributes) => toSpanRows(normalise(spanOf({ attributes })), 'acme');

const details = 'gen_ai.client.inference.operation.details';
const question = { role: 'user', parts: [{ type: 'text', content: 'Where is my order?' }] };
const answer = {
  role: 'assistant',
  parts: [{ type: 'text', content: 'On its way.' }],
  finish_reason: 'stop',
};
const second_ns = 1_000_000_000n;

describe('a log record', () => {
  it('is a row with every column of the schema and no other', () => {
    const { logs, amendments, scores } = rowsOf({ trace_id: null, span_id: null, resource: {} });
    const { ingest_time: _stamped_by_the_store, ...columns } = (tables.logs as AnyTable).columns;
    const row = logs[0] as unknown as Record<string, unknown>;
    expect(Object.keys(row).sort()).toEqual(Object.keys(columns).sort());
    for (const [name, value] of Object.entries(row))
      expect(value === null, name).toBe(!columns[name]?.required);
    expect([amendments, scores]).toEqual([[], []]);
  });

  it('has what was sent', () => {
    const { logs } = rowsOf({
      observed_time_ns: 1_760_000_001_000_000_000n,
      severity_number: 17,
      severity_text: 'ERROR',
      event_name: 'exception',
      body: { code: 7n, deep: [{ a: Number.NaN }] },
      attributes: { 'exception.type': 'E' },
    });
    expect(logs).toEqual([
      {
        tenant: 'acme',
        time: 1_760_000_000_123_456,
        observed_time: 1_760_000_001_000_000,
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
        service: 'shop',
        severity_number: 17,
        severity_text: 'ERROR',
        event_name: 'exception',
        input_messages: null,
        output_messages: null,
        body: '{"code":7,"deep":[{"a":"NaN"}]}',
        attributes: '{"exception.type":"E"}',
        resource: expect.stringContaining('"name":"my.library"'),
      },
    ]);
  });

  it.each([
    [{ time_ns: 5_000n, observed_time_ns: 9_000n }, 5],
    [{ time_ns: 0n, observed_time_ns: 9_000n }, 9],
    [{ time_ns: 0n, observed_time_ns: 0n }, 1_770_000_000_000_000],
  ])('of %o is of %d', (times, time) => {
    expect(rowsOf(times).logs[0]?.time).toBe(time);
  });

  it('has the event name of older senders, and keeps the attribute', () => {
    const [row] = rowsOf({ attributes: { 'event.name': 'codex.user_prompt' } }).logs;
    expect(row).toMatchObject({
      event_name: 'codex.user_prompt',
      attributes: '{"event.name":"codex.user_prompt"}',
    });
    expect(rowsOf({ event_name: 'new', attributes: { 'event.name': 'old' } }).logs[0]?.event_name).toBe(
      'new',
    );
  });

  it.each([
    ['plain words', '"plain words"'],
    [0, '0'],
    [false, 'false'],
    [null, null],
    [[1, 'a'], '[1,"a"]'],
  ])('with the body %j has it as %s', (body, json) => {
    expect(rowsOf({ body }).logs[0]?.body).toBe(json);
  });
});

describe('the details of an operation', () => {
  const attributes = {
    'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
    'gen_ai.input.messages': [question],
    'gen_ai.output.messages': [answer],
  };
  const others = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.response.id': 'chatcmpl-1',
    'gen_ai.response.model': 'gpt-4o-2024-08-06',
    'gen_ai.conversation.id': 'c1',
  };

  it('amend their span as if it had said them itself', () => {
    const { amendments } = rowsOf({ event_name: details, attributes: { ...attributes, ...others } });
    const { span, messages } = spanRowOf({ ...attributes, ...others });
    expect(amendments).toEqual([
      {
        tenant: 'acme',
        trace_id: span.trace_id,
        span_id: span.span_id,
        time: 1_760_000_000_123_456,
        columns: {
          input_messages: span.input_messages,
          output_messages: span.output_messages,
          finish_reasons: ['stop'],
          response_id: 'chatcmpl-1',
          response_model: 'gpt-4o-2024-08-06',
          conversation_id: 'c1',
        },
        messages: messages.map((row) => ({ ...row, first_time: 1_760_000_000_123_456 })),
      },
    ]);
    expect(span.input_messages).toHaveLength(2);
    expect(span.output_messages).toHaveLength(1);
  });

  it('leave the log row with hashes for the texts', () => {
    const { logs, amendments } = rowsOf({ event_name: details, attributes: { ...attributes, ...others } });
    expect(JSON.parse(logs[0]?.attributes ?? '')).toEqual(others);
    expect(logs[0]).toMatchObject({
      input_messages: amendments[0]?.columns.input_messages,
      output_messages: amendments[0]?.columns.output_messages,
    });
  });

  it('stay in the row when nobody knows the span', () => {
    for (const ids of [{ trace_id: null }, { span_id: null }]) {
      const { logs, amendments } = rowsOf({ event_name: details, attributes, ...ids });
      expect(amendments).toEqual([]);
      expect(JSON.parse(logs[0]?.attributes ?? '')).toEqual(attributes);
      expect(logs[0]?.input_messages).toBeNull();
    }
  });

  it('amend without content too', () => {
    const { amendments } = rowsOf({ event_name: details, attributes: others });
    expect(amendments).toMatchObject([{ columns: { response_id: 'chatcmpl-1' }, messages: [] }]);
    expect(Object.keys(amendments[0]?.columns ?? {})).not.toContain('input_messages');
    expect(
      rowsOf({ event_name: details, attributes: { 'gen_ai.operation.name': 'chat' } }).amendments,
    ).toEqual([]);
  });
});

describe('events of one message', () => {
  const asked = { event_name: 'gen_ai.user.message', body: { content: 'Where is my order?' } };
  const told = { event_name: 'gen_ai.system.message', body: { content: 'Be brief.' } };
  const chose = {
    event_name: 'gen_ai.choice',
    body: { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'On its way.' } },
  };
  const { span } = spanRowOf({
    'gen_ai.input.messages': [{ role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] }, question],
    'gen_ai.output.messages': [answer],
  });
  const columns = {
    input_messages: span.input_messages,
    output_messages: span.output_messages,
    finish_reasons: ['stop'],
  };

  it('of one span are one amendment', () => {
    const { logs, amendments } = rowsOf(told, asked, chose);
    expect(amendments).toMatchObject([{ columns }]);
    expect(amendments[0]?.messages).toHaveLength(3);
    expect(logs.map((row) => [row.input_messages, row.output_messages])).toEqual([
      [[span.input_messages?.[0]], null],
      [[span.input_messages?.[1]], null],
      [null, span.output_messages],
    ]);
    expect(logs.map((row) => row.body)).toEqual(['{}', '{}', '{"index":0,"finish_reason":"stop"}']);
  });

  it('are in the order of their times, then of their arrival', () => {
    const later = { time_ns: time_ns + second_ns };
    const { amendments } = rowsOf({ ...chose, ...later }, { ...asked, ...later }, told);
    expect(amendments).toMatchObject([{ time: 1_760_000_000_123_456, columns }]);
    expect(rowsOf(asked, told).amendments[0]?.columns.input_messages).toEqual(
      span.input_messages?.toReversed(),
    );
  });

  it('without times are in the order of their arrival', () => {
    const { amendments } = rowsOf(...[told, asked, chose].map((log) => ({ ...log, time_ns: 0n })));
    expect(amendments).toMatchObject([{ time: 1_770_000_000_000_000, columns }]);
  });

  it('of several spans are an amendment each', () => {
    const other = { span_id: 'c'.repeat(16) };
    const { amendments } = rowsOf(told, { ...told, ...other }, { ...asked, ...other }, asked, chose);
    expect(amendments.map((item) => [item.span_id, item.columns.input_messages?.length])).toEqual([
      ['b7ad6b7169203331', 2],
      ['c'.repeat(16), 2],
    ]);
  });

  it('in two requests fill the columns they have', () => {
    expect(rowsOf(told, asked).amendments[0]?.columns).toEqual({ input_messages: span.input_messages });
    expect(rowsOf(chose).amendments[0]?.columns).toEqual({
      output_messages: span.output_messages,
      finish_reasons: ['stop'],
    });
  });

  it('give way to the details, and are kept beside them', () => {
    const { logs, amendments } = rowsOf(told, {
      event_name: details,
      attributes: { 'gen_ai.input.messages': [question] },
    });
    expect(amendments[0]?.columns.input_messages).toEqual(span.input_messages?.slice(1));
    const stored = amendments[0]?.messages.map((row) => row.message_hash);
    expect(stored).toEqual(expect.arrayContaining([...(logs[0]?.input_messages ?? ['missing'])]));
  });
});

describe('an evaluation', () => {
  const attributes = {
    'gen_ai.evaluation.name': 'relevance',
    'gen_ai.evaluation.score.value': 0.75,
    'gen_ai.evaluation.score.label': 'relevant',
    'gen_ai.evaluation.explanation': 'It answers.',
    'gen_ai.response.id': 'chatcmpl-1',
  };
  const judged = { event_name: 'gen_ai.evaluation.result', attributes };

  it('is a score, and a log row as it came', () => {
    const { logs, scores, amendments } = rowsOf(judged);
    expect(scores).toEqual([
      {
        tenant: 'acme',
        score_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        time: 1_760_000_000_123_456,
        name: 'relevance',
        source: 'judge',
        trace_id: '0af7651916cd43dd8448eb211c80319c',
        span_id: 'b7ad6b7169203331',
        feature: null,
        slice_key: null,
        slice_value: null,
        window_start: null,
        window_end: null,
        value: 0.75,
        label: 'relevant',
        explanation: 'It answers.',
        details: '{"gen_ai.response.id":"chatcmpl-1"}',
      },
    ]);
    expect(JSON.parse(logs[0]?.attributes ?? '')).toEqual(attributes);
    expect(amendments).toEqual([]);
  });

  it('without a span is a score of the answer it names', () => {
    expect(rowsOf({ ...judged, trace_id: null, span_id: null }).scores).toMatchObject([
      { trace_id: null, span_id: null },
    ]);
  });

  it('sent again is the same score, and another judgement is another', () => {
    const id = (log: PlainLog, tenant = 'acme') =>
      logRows([logOf(log)], { ...arrival, tenant }).scores[0]?.score_id;
    const again = logRows([logOf(judged)], { ...arrival, received_ms: 1 }).scores[0]?.score_id;
    expect(again).toBe(id(judged));
    const untimed = { ...judged, time_ns: 0n };
    expect(logRows([logOf(untimed)], { ...arrival, received_ms: 1 }).scores[0]?.score_id).toBe(id(untimed));
    const ids = [
      id(judged),
      id(judged, 'other'),
      id({ ...judged, time_ns: time_ns + 1n }),
      id({ ...judged, span_id: 'c'.repeat(16) }),
      id({ ...judged, attributes: { ...attributes, 'gen_ai.evaluation.name': 'tone' } }),
      id({ ...judged, attributes: { ...attributes, 'gen_ai.evaluation.score.value': 0.5 } }),
      id({ ...judged, attributes: { ...attributes, 'gen_ai.response.id': 'chatcmpl-2' } }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('may be an event of the span', () => {
    const span = spanOf({
      events: [
        { name: 'gen_ai.evaluation.result', attributes },
        { name: 'exception', attributes: {} },
      ],
    });
    const start = Number(span.start_time_ns / 1000n);
    const [sent] = rowsOf({ ...judged, time_ns: span.start_time_ns }).scores;
    expect(spanScores(span, 'acme')).toEqual([{ ...sent, time: start }]);
    expect(spanScores(spanOf(), 'acme')).toEqual([]);
  });
});

it('keeps every record, and loses no text of any', () => {
  const name = fc.constantFrom(
    ...[
      'gen_ai.user.message',
      'gen_ai.choice',
      'gen_ai.tool.message',
      details,
      'gen_ai.evaluation.result',
      'other',
      '',
    ],
  );
  const field = fc.constantFrom(
    ...['content', 'message', 'role', 'tool_calls', 'id', 'gen_ai.input.messages', 'gen_ai.output.messages'],
    ...[
      'gen_ai.system_instructions',
      'gen_ai.evaluation.name',
      '__proto__',
      'parts',
      'type',
      'text',
      'function',
    ],
    ...['name', 'arguments', 'finish_reason', 'response', 'result'],
  );
  // Every text is one that can be found again.
  const word = fc.integer({ min: 10_000, max: 99_999 }).map((number) => `w${number}`);
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      word,
      word,
      fc.dictionary(field, tie('any'), { maxKeys: 3, noNullPrototype: true }),
      fc.array(tie('any'), { maxLength: 2 }),
      fc.constantFrom('text', 'tool_call', 7, null, true),
    ),
  })).any as fc.Arbitrary<string>;
  const attributes = fc.dictionary(field, value, { maxKeys: 4, noNullPrototype: true });
  const drawn_log = fc.record({
    event_name: name,
    attributes,
    body: value,
    time_ns: fc.constantFrom(0n, time_ns, time_ns + 1n, 2n ** 64n - 1n),
    span_id: fc.constantFrom(null, 'a'.repeat(16), 'b'.repeat(16)),
  });
  fc.assert(
    fc.property(fc.array(drawn_log, { maxLength: 5 }), (drawn) => {
      const rows = rowsOf(...drawn);
      expect(rows.logs).toHaveLength(drawn.length);
      const kept = JSON.stringify(rows);
      const said = [
        ...JSON.stringify(drawn, (_, item) => (typeof item === 'bigint' ? null : item)).matchAll(/w\d{5}/g),
      ];
      for (const [text] of said) expect(kept).toContain(text);
      const stored = rows.amendments.flatMap((item) => item.messages.map((row) => row.message_hash));
      for (const row of rows.logs)
        expect(stored).toEqual(
          expect.arrayContaining([...(row.input_messages ?? []), ...(row.output_messages ?? [])]),
        );
    }),
    { seed: 17, numRuns: 3000 },
  );
});
