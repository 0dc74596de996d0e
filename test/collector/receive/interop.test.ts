import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { decodeTraces } from '../../../collector/src/decode/decode.ts';
import { startReceiver } from '../../support/receiver.ts';
import { readResponse, readStatus } from './support/messages.ts';
import {
  json,
  jsonTraces,
  one_item,
  one_item_json,
  protobuf,
  signals,
  valid_span,
} from './support/requests.ts';
import { journalled, send } from './support/send.ts';

/** What made senders and receivers of other projects fail on each other. */

describe('ids in JSON', () => {
  it('are taken in hexadecimal of either case', async () => {
    const receiver = await startReceiver();
    const body = jsonTraces({
      ...valid_span,
      traceId: valid_span.traceId.toUpperCase(),
      spanId: valid_span.spanId.toUpperCase(),
    });
    expect(await send(receiver, { headers: json, body })).toMatchObject({ status: 200, text: '{}' });
    const [record] = await journalled(receiver);
    expect(decodeTraces(record?.body as Buffer, 'json').spans[0]).toMatchObject({
      trace_id: valid_span.traceId,
      span_id: valid_span.spanId,
    });
  });

  it('are refused in base64, each span for itself, with a hint', async () => {
    const receiver = await startReceiver();
    const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
    const span = { ...valid_span, traceId: base64(valid_span.traceId), spanId: base64(valid_span.spanId) };
    const answer = await send(receiver, { headers: json, body: jsonTraces(span, valid_span) });
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: expect.stringMatching(/hexadecimal in OTLP\/JSON, not base64/),
      },
    });
    expect(receiver.counters.signals.traces).toMatchObject({ accepted: 1, rejected: 1 });
  });
});

describe('64-bit integers in JSON', () => {
  it.each([
    ['strings', '"1700000000123456789"'],
    ['numbers', '1700000000123456789'],
  ])('are taken as %s, to the last digit', async (_name, written) => {
    const receiver = await startReceiver();
    const body = JSON.stringify(jsonTraces({ ...valid_span, startTimeUnixNano: 'HERE' })).replace(
      '"HERE"',
      written,
    );
    expect(await send(receiver, { headers: json, body })).toMatchObject({ status: 200, text: '{}' });
    const [record] = await journalled(receiver);
    const [span] = decodeTraces(record?.body as Buffer, 'json').spans;
    expect(span?.start_time_ns).toBe(1_700_000_000_123_456_789n);
  });
});

describe('JSON', () => {
  it('takes null for absent and ignores fields it does not know', async () => {
    const body = {
      ...jsonTraces({
        ...valid_span,
        parentSpanId: null,
        attributes: null,
        status: null,
        newField: { a: [1] },
      }),
      extra: 1,
    };
    expect(await send(await startReceiver(), { headers: json, body })).toMatchObject({
      status: 200,
      text: '{}',
    });
  });

  it('refuses names of enums, which OTLP does not allow', async () => {
    const body = jsonTraces({ ...valid_span, kind: 'SPAN_KIND_CLIENT' });
    expect((await send(await startReceiver(), { headers: json, body })).status).toBe(400);
  });
});

describe('gzip', () => {
  it('is taken as the OpenTelemetry Collector sends it by default', async () => {
    const headers = {
      ...protobuf,
      'content-encoding': 'gzip',
      'user-agent': 'OpenTelemetry Collector Contrib/0.162.0 (linux/amd64)',
    };
    expect(await send(await startReceiver(), { headers, body: gzipSync(one_item.traces) })).toMatchObject({
      status: 200,
      text: '',
    });
  });
});

describe('a request for another signal', () => {
  const pairs = signals.flatMap((sent) =>
    signals.filter((path) => path !== sent).map((path) => [sent, path] as const),
  );

  it.each(pairs)('is never taken for success: %s sent to /v1/%s', async (sent, path) => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { url: `/v1/${path}`, body: one_item[sent] });
    expect([200, 400]).toContain(answer.status);
    const said =
      answer.status === 400
        ? readStatus(answer.body, answer.type).message
        : JSON.stringify(readResponse(path, answer.body));
    expect(said).toContain(`it looks like ${sent}: send it to /v1/${sent}`);
    expect(receiver.counters.signals[path].accepted).toBe(0);
    expect(await journalled(receiver)).toEqual([]);
  });

  it.each(pairs)('is never taken for success in JSON: %s sent to /v1/%s', async (sent, path) => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { url: `/v1/${path}`, headers: json, body: one_item_json[sent] });
    expect(answer.status).toBe(200);
    const rejected = { traces: 'rejectedSpans', metrics: 'rejectedDataPoints', logs: 'rejectedLogRecords' }[
      path
    ];
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: { [rejected]: '1', errorMessage: `it looks like ${sent}: send it to /v1/${sent}` },
    });
    expect(receiver.counters.signals[path]).toMatchObject({
      accepted: 0,
      rejected: 1,
      dropped: { wrong_signal: 1 },
    });
  });

  it.each([
    '{"resource_spans":[{"scope_spans":[{"spans":[{"name":"a"}]}]}]}',
    '{"resourceSpans":[{"scope_spans":[{"spans":[{"name":"a"}]}]}]}',
  ])('is never taken for success with the names of the schema: %s', async (body) => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { url: '/v1/traces', headers: json, body: Buffer.from(body) });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: {
        rejectedSpans: '1',
        errorMessage: expect.stringMatching(
          /^"(resource|scope)_spans" is no field of OTLP\/JSON: .*resourceSpans/,
        ),
      },
    });
    expect(receiver.counters.signals.traces).toMatchObject({ rejected: 1, dropped: { wrong_name: 1 } });
    expect(await journalled(receiver)).toEqual([]);
  });

  it('leaves such names alone where they are content, and where nothing else was lost', async () => {
    const receiver = await startReceiver();
    const named = JSON.stringify(jsonTraces({ ...valid_span, name: 'scope_spans' }));
    for (const body of [named, '{"resourceSpans":[]}', '{"unknown_field":1}']) {
      const answer = await send(receiver, { url: '/v1/traces', headers: json, body: Buffer.from(body) });
      expect([answer.status, answer.text]).toEqual([200, '{}']);
    }
  });
});
