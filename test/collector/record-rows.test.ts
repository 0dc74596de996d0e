import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openPriceBook } from '../../collector/src/enrich/price-book.ts';
import { createRowBuilder } from '../../collector/src/enrich/rows.ts';
import type { JournalRecord } from '../../collector/src/journal/tail.ts';
import { dialects } from '../../collector/src/normalise/dialects/index.ts';
import { readRows, recordRows } from '../../collector/src/record-rows.ts';
import { createRedactor } from '../../collector/src/redact/redactor.ts';
import { joinParts } from '../../collector/src/stores/record-parts.ts';
import type { RecordRows } from '../../collector/src/stores/store.ts';
import { readTauRuns, type TauMessage } from '../e2e/support/tau.ts';
import { has_shared_data, readShared } from '../support/shared-data.ts';

const enrich = createRowBuilder({ price_book: await openPriceBook() });
const parts = { dialects, redactor: null, enrich, body_bytes_max: 2 ** 24, drop: () => undefined };
const ids = { traceId: '5B8EFFF798038103D269B633813FC60C', spanId: 'EEE19B7EC3C1B174' };
const trace_id = '5b8efff798038103d269b633813fc60c';
const span_id = 'eee19b7ec3c1b174';

function record(signal: JournalRecord['signal'], json: string): JournalRecord {
  return {
    position: { segment: 3, offset: 700 },
    signal,
    encoding: 'gzip',
    content_type: 'json',
    tenant: 'acme',
    received_ms: 1_770_000_000_000,
    body: gzipSync(json),
  };
}

const read = (signal: JournalRecord['signal'], json: object | string) =>
  whole(recordRows(record(signal, typeof json === 'string' ? json : JSON.stringify(json)), parts));

async function whole(made: AsyncIterable<RecordRows>): Promise<RecordRows> {
  const parts: RecordRows[] = [];
  for await (const part of made) parts.push(part);
  return joinParts(parts);
}

const string = (value: string) => ({ stringValue: value });
const attribute = (key: string, value: string) => ({ key, value: string(value) });
const logs = (...logRecords: object[]) => ({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] });
const counts = (rows: RecordRows) =>
  [rows.spans, rows.logs, rows.metrics, rows.scores, rows.amendments].map((list) => list.length);

describe('a journal record', () => {
  it('of traces gives spans, and scores of their events', async () => {
    const events = [
      { name: 'gen_ai.evaluation.result', attributes: [attribute('gen_ai.evaluation.name', 'tone')] },
    ];
    const span = {
      ...ids,
      name: 'chat',
      startTimeUnixNano: '1760000000000000000',
      endTimeUnixNano: '1760000001000000000',
      events,
    };
    const rows = await read('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    expect(counts(rows)).toEqual([1, 0, 0, 1, 0]);
    expect(rows.position).toEqual({ segment: 3, offset: 700 });
    expect(rows.scores[0]).toMatchObject({ tenant: 'acme', name: 'tone', trace_id, span_id });
  });

  it('of logs gives log rows, amendments and scores', async () => {
    const rows = await read(
      'logs',
      logs(
        {
          ...ids,
          eventName: 'gen_ai.user.message',
          body: { kvlistValue: { values: [attribute('content', 'Hello')] } },
        },
        {
          ...ids,
          eventName: 'gen_ai.evaluation.result',
          attributes: [attribute('gen_ai.evaluation.name', 'tone')],
        },
        { body: string('plain') },
      ),
    );
    expect(counts(rows)).toEqual([0, 3, 0, 1, 1]);
    expect(rows.amendments[0]).toMatchObject({
      tenant: 'acme',
      trace_id,
      span_id,
      messages: [{ text: 'Hello' }],
    });
    expect(rows.logs[2]).toMatchObject({ body: '"plain"', trace_id: null, time: 1_770_000_000_000_000 });
  });

  it('of metrics gives data points', async () => {
    const metric = {
      name: 'a',
      gauge: { dataPoints: [{ asInt: '3', timeUnixNano: '1760000000000000000' }] },
    };
    const rows = await read('metrics', { resourceMetrics: [{ scopeMetrics: [{ metrics: [metric] }] }] });
    expect(counts(rows)).toEqual([0, 0, 1, 0, 0]);
    expect(rows.metrics[0]).toMatchObject({
      tenant: 'acme',
      name: 'a',
      value: 3,
      time: 1_760_000_000_000_000,
    });
  });

  it('reaches the store without its secrets', async () => {
    const forms: string[] = [];
    const redactor = createRedactor({ redact_names: '', onSecret: (form) => forms.push(form) });
    const secret = 'sk-1234567890abcdefghijABCDEFGHIJ';
    const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `use ${secret}` }] }]);
    const span = { ...ids, name: 'chat', attributes: [attribute('gen_ai.input.messages', messages)] };
    const json = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const rows = await whole(recordRows(record('traces', json), { ...parts, redactor }));
    expect(rows.spans[0]?.messages[0]?.text).toBe('use [REDACTED]');
    expect(forms).toEqual(['model_provider_key']);
  });

  it('without anything gives nothing', async () => {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      const rows = await read(signal, {});
      expect(rows.position).toEqual({ segment: 3, offset: 700 });
      expect(counts(rows)).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it('that cannot be read throws', async () => {
    await expect(read('logs', '{')).rejects.toThrow();
    await expect(
      whole(recordRows({ ...record('metrics', ''), body: Buffer.from('no gzip') }, parts)),
    ).rejects.toThrow();
  });
});

it('a record of many spans comes in parts, the last of which says so', async () => {
  const spans = Array.from({ length: 200 }, (_, index) => {
    return { ...ids, spanId: index.toString(16).padStart(16, 'a'), name: `span ${index}` };
  });
  const json = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const made: RecordRows[] = [];
  for await (const part of readRows([record('traces', json)], parts)) made.push(part);
  expect(made.length).toBeGreaterThan(2);
  expect(made.map(({ has_more }) => has_more ?? false)).toEqual(made.map((part) => part !== made.at(-1)));
  const names = made.flatMap((part) => part.spans.map(({ span }) => span.name));
  expect(names).toEqual(spans.map(({ name }) => name));
});

it('a batch passes what cannot be read, and says so once however often it is made', async () => {
  const dropped: string[] = [];
  const drop = (reason: string) => void dropped.push(reason);
  const readable = record('logs', JSON.stringify(logs({ body: string('plain') })));
  const rows = readRows([readable, record('traces', '{'), readable], { ...parts, drop });
  for (let attempt = 0; attempt < 2; attempt++) {
    const made: number[] = [];
    for await (const { logs } of rows) made.push(logs.length);
    expect(made).toEqual([1, 0, 1]);
  }
  expect(dropped).toEqual(['unreadable_record']);
});

it('a batch ends in the middle when it is asked to, and drops nothing', async () => {
  const dropped: string[] = [];
  const drop = (reason: string) => void dropped.push(reason);
  const stopping = new AbortController();
  const readable = record('logs', JSON.stringify(logs({ body: string('plain') })));
  const rows = readRows([readable, readable, readable], { ...parts, drop, signal: stopping.signal });
  const made: RecordRows[] = [];
  const reading = (async () => {
    for await (const part of rows) {
      made.push(part);
      stopping.abort(new Error('The process ends.'));
    }
  })();
  await expect(reading).rejects.toThrow('The process ends.');
  expect(made).toHaveLength(1);
  expect(dropped).toEqual([]);
});

describe.runIf(has_shared_data)('recorded data', () => {
  const example = (name: string) => readShared(`spans-otlp-examples/opentelemetry-proto-${name}.json.gz`);

  it('the examples of OpenTelemetry become rows', async () => {
    const [log] = (await read('logs', example('logs'))).logs;
    expect(log).toMatchObject({
      time: 1_544_712_660_300_000,
      ...{ trace_id, span_id, service: 'my.service', severity_number: 10, severity_text: 'Information' },
      ...{ event_name: null, body: '"Example log record"' },
    });
    expect(JSON.parse(log?.attributes ?? '')).toMatchObject({
      'array.attribute': ['many', 'values'],
      'map.attribute': { 'some.map.key': 'some value' },
    });
    const [event] = (await read('logs', example('events'))).logs;
    expect(event?.event_name).toBe('browser.page_view');
    expect(JSON.parse(event?.body ?? '')).toMatchObject({ type: 0, title: 'Free Online GUID Generator' });
    const { metrics } = await read('metrics', example('metrics'));
    expect(
      metrics.map(({ name, kind, temporality, value, count, sum }) => [
        name,
        kind,
        temporality,
        value,
        count,
        sum,
      ]),
    ).toEqual([
      ['my.counter', 'sum', 'delta', 5, null, null],
      ['my.gauge', 'gauge', null, 10, null, null],
      ['my.histogram', 'histogram', 'delta', null, 2, 2],
      ['my.exponential.histogram', 'exponential_histogram', 'delta', null, 3, 10],
    ]);
  });

  it('the events of a Pydantic AI call, sent as log records, amend it as its attributes would', async () => {
    const rows = await read('logs', logs(...pydanticRecords()));
    expect(rows.amendments[0]?.messages.map(({ role, text }) => [role, text.slice(0, 29)])).toEqual([
      ['system', 'You are a helpful assistant t'],
      ['user', 'What is Langfuse?'],
      ['assistant', 'Langfuse is a tool designed f'],
    ]);
    expect(rows.logs.map((row) => row.event_name)).toEqual([
      'gen_ai.system.message',
      'gen_ai.user.message',
      'gen_ai.choice',
    ]);
    expect(JSON.stringify(rows.logs)).not.toContain('What is Langfuse?');
  });

  it('every turn of recorded agent runs is the same from events as from attributes', async () => {
    let turns = 0;
    for (const { traj } of readTauRuns().slice(0, 12)) {
      for (const [index, message] of traj.entries()) {
        if (message.role !== 'assistant') continue;
        const history = traj.slice(0, index);
        const { amendments } = await read('logs', logs(...history.map(inputRecord), choiceRecord(message)));
        const { spans } = await read('traces', spanOf(history, message));
        const { input_messages, output_messages } = amendments[0]?.columns ?? {};
        expect(input_messages).toEqual(spans[0]?.span.input_messages);
        expect(output_messages).toEqual(spans[0]?.span.output_messages);
        expect(input_messages).toHaveLength(history.length);
        turns++;
      }
    }
    expect(turns).toBeGreaterThan(100);
  });
});

function pydanticRecords(): object[] {
  const { observations } = JSON.parse(
    readShared('spans-langfuse-framework-traces/pydantic-ai-2025-06-06.trace.json.gz'),
  );
  const chat = observations.find((item: { type: string }) => item.type === 'GENERATION');
  const events = JSON.parse(JSON.parse(chat.metadata).attributes.events) as Record<string, unknown>[];
  return events.map(({ 'event.name': name, 'gen_ai.system': system, ...body }) => ({
    ...ids,
    body: anyValue(body),
    attributes: [attribute('event.name', String(name)), attribute('gen_ai.system', String(system))],
  }));
}

/** As senders of the older convention write a message of a chat API. */
function inputRecord({ role, content, tool_calls, tool_call_id }: TauMessage): object {
  const body = { role, content, tool_calls, id: tool_call_id };
  return {
    ...ids,
    timeUnixNano: '1760000000000000000',
    eventName: `gen_ai.${role}.message`,
    body: anyValue(body),
  };
}

function choiceRecord({ role, content, tool_calls }: TauMessage): object {
  const body = { index: 0, finish_reason: 'stop', message: { role, content, tool_calls } };
  return { ...ids, timeUnixNano: '1760000001000000000', eventName: 'gen_ai.choice', body: anyValue(body) };
}

function spanOf(history: readonly TauMessage[], { role, content, tool_calls }: TauMessage): object {
  const input = history.map(({ name: _name, ...message }) => message);
  const output = [{ role, content, tool_calls, finish_reason: 'stop' }];
  const attributes = [
    attribute('gen_ai.operation.name', 'chat'),
    attribute('gen_ai.input.messages', JSON.stringify(input)),
    attribute('gen_ai.output.messages', JSON.stringify(output)),
  ];
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, name: 'chat', attributes }] }] }] };
}

/** A JSON value as OTLP writes it; what is null or missing is left out of a map. */
function anyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  const given = Object.entries(value ?? {}).filter(([, item]) => item !== undefined && item !== null);
  return { kvlistValue: { values: given.map(([key, item]) => ({ key, value: anyValue(item) })) } };
}
