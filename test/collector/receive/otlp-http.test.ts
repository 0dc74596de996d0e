import { deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { errors } from '../../../collector/src/errors.ts';
import { attribute, message, text, traceRequest } from '../../support/protobuf.ts';
import { startReceiver } from '../../support/receiver.ts';
import { readResponse, readStatus } from './support/messages.ts';
import {
  host,
  json,
  jsonTraces,
  one_item,
  one_item_json,
  protobuf,
  signals,
  valid_span,
} from './support/requests.ts';
import { journalled, send } from './support/send.ts';

/** OTLP 1.11, section OTLP/HTTP. Names of tests are its rules. */

describe.each(signals)('/v1/%s', (signal) => {
  const url = `/v1/${signal}`;

  it('takes protobuf; full success is a body of zero bytes', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { url, body: one_item[signal] });
    expect(answer).toMatchObject({ status: 200, type: 'application/x-protobuf', text: '' });
    expect(await journalled(receiver)).toMatchObject([
      { signal, encoding: 'identity', content_type: 'protobuf', tenant: 'default', body: one_item[signal] },
    ]);
    expect(receiver.counters.signals[signal]).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('takes JSON; full success is an empty object', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { url, headers: json, body: one_item_json[signal] });
    expect(answer).toMatchObject({ status: 200, type: 'application/json', text: '{}' });
    expect(await journalled(receiver)).toMatchObject([{ signal, content_type: 'json' }]);
    expect(receiver.counters.signals[signal]).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('takes an empty request, and writes nothing', async () => {
    const receiver = await startReceiver();
    expect(await send(receiver, { url })).toMatchObject({ status: 200, text: '' });
    expect(await send(receiver, { url, headers: json, body: '{}' })).toMatchObject({
      status: 200,
      text: '{}',
    });
    expect(await journalled(receiver)).toEqual([]);
  });

  it('takes an envelope without items, and writes nothing', async () => {
    const receiver = await startReceiver();
    const resource = message(1, message(1, attribute(1, 'service.name', text(1, 'empty'))));
    expect(await send(receiver, { url, body: resource })).toMatchObject({ status: 200, text: '' });
    expect(await journalled(receiver)).toEqual([]);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const)(
    'answers %s with 405 and Allow',
    async (method) => {
      const answer = await send(await startReceiver(), { url, method, headers: json });
      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('POST');
      if (method !== 'HEAD')
        expect(readStatus(answer.body, answer.type).message).toContain(errors.method_not_allowed.message);
    },
  );

  it('answers an undecodable body with 400, Status and BadRequest in the encoding of the request', async () => {
    const broken = Buffer.from([0x0a, 0xff, 0xff, 0xff]);
    for (const [headers, body] of [
      [protobuf, broken],
      [json, '{"resourceSpans":'],
    ] as const) {
      const receiver = await startReceiver();
      const answer = await send(receiver, { url, headers, body });
      expect(answer).toMatchObject({ status: 400, type: headers['content-type'] });
      const status = readStatus(answer.body, answer.type);
      expect(status.code).toBe(3);
      expect(status.details).toMatchObject([
        { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: 'body' }] },
      ]);
      expect(answer.headers['retry-after']).toBeUndefined();
      expect(receiver.counters.refused).toEqual({ undecodable: 1 });
      expect(await journalled(receiver)).toEqual([]);
    }
  });
});

describe('content type', () => {
  it.each([
    'application/x-protobuf; charset=utf-8',
    'Application/X-Protobuf',
    'application/x-protobuf;messageType="x"',
    ' application/x-protobuf ',
  ])('reads "%s" as a media type with parameters', async (content_type) => {
    const answer = await send(await startReceiver(), {
      headers: { host, 'content-type': content_type },
      body: one_item.traces,
    });
    expect(answer).toMatchObject({ status: 200, type: 'application/x-protobuf' });
  });

  it('answers JSON to JSON with a charset', async () => {
    const headers = { host, 'content-type': 'application/JSON; charset=utf-8' };
    const answer = await send(await startReceiver(), { headers, body: one_item_json.traces });
    expect(answer).toMatchObject({ status: 200, type: 'application/json', text: '{}' });
  });

  it.each(['text/plain', 'application/protobuf-x', 'application/jsonp', 'application/grpc', 'x', ''])(
    'answers "%s" with 415 and a Status in JSON',
    async (content_type) => {
      const headers = content_type === '' ? { host } : { host, 'content-type': content_type };
      const answer = await send(await startReceiver(), { headers, body: one_item.traces });
      expect(answer).toMatchObject({ status: 415, type: 'application/json' });
      expect(readStatus(answer.body, answer.type)).toMatchObject({ code: 3 });
    },
  );
});

describe('content encoding', () => {
  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
    ['GZIP', gzipSync],
    ['identity', (body: Buffer) => body],
  ] as const)('takes %s and journals the bytes as received', async (name, compress) => {
    const receiver = await startReceiver();
    const body = Buffer.from(compress(one_item.traces));
    expect(await send(receiver, { body, headers: { ...protobuf, 'content-encoding': name } })).toMatchObject({
      status: 200,
      text: '',
    });
    expect(await journalled(receiver)).toMatchObject([{ encoding: name.toLowerCase(), body }]);
  });

  it.each(['br', 'snappy', 'lz4', 'x-gzip', 'gzip, gzip', 'identity, gzip', 'gzip, deflate', 'gzip;q=1'])(
    'refuses %s with 415 and stores nothing',
    async (encoding) => {
      const receiver = await startReceiver();
      const answer = await send(receiver, {
        body: gzipSync(one_item.traces),
        headers: { ...protobuf, 'content-encoding': encoding },
      });
      expect(answer).toMatchObject({ status: 415, type: 'application/x-protobuf' });
      expect(readStatus(answer.body, answer.type).message).toContain('identity, gzip, deflate, zstd');
      expect(await journalled(receiver)).toEqual([]);
    },
  );

  it.each(['gzip', 'deflate', 'zstd'])('answers damaged %s with 400', async (encoding) => {
    const headers = { ...protobuf, 'content-encoding': encoding };
    const answer = await send(await startReceiver(), { body: one_item.traces, headers });
    expect(answer.status).toBe(400);
    expect(readStatus(answer.body, answer.type).message).toContain(`The ${encoding} data is damaged`);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('answers truncated %s with 400', async (encoding, compress) => {
    const body = Buffer.from(compress(one_item.traces));
    const headers = { ...protobuf, 'content-encoding': encoding };
    for (const length of [1, 5, Math.floor(body.length / 2), body.length - 1]) {
      expect(
        (await send(await startReceiver(), { body: body.subarray(0, length), headers })).status,
        String(length),
      ).toBe(400);
    }
  });

  it('compresses an answer where that is worth it and allowed', async () => {
    const receiver = await startReceiver();
    let body = '';
    const deep = (key: string) => attribute(9, key, nested(40));
    const request = traceRequest({ extra: [1, 2, 3, 4, 5].map((n) => deep(String(n).repeat(400))) });
    const plain = await send(receiver, { body: request });
    body = plain.text;
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await send(receiver, {
      body: request,
      headers: { ...protobuf, 'accept-encoding': 'br, gzip;q=0.5' },
    });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/x-protobuf',
      vary: 'Accept-Encoding',
    });
    expect(gunzipSync(packed.body).toString()).toBe(body);
    const unwanted = await send(receiver, {
      body: request,
      headers: { ...protobuf, 'accept-encoding': 'gzip;q=0, br' },
    });
    expect(unwanted.text).toBe(body);
    const small = await send(receiver, {
      body: one_item.traces,
      headers: { ...protobuf, 'accept-encoding': 'gzip' },
    });
    expect(small.headers['content-encoding']).toBeUndefined();
  });
});

function nested(levels: number): Buffer {
  let value = text(1, 'bottom');
  for (let level = 0; level < levels; level++) value = message(5, message(1, value));
  return value;
}

describe('paths', () => {
  it.each(['/v1/nothing', '/v1/profiles', '/v1/traces/', '/v1', '/V1/traces'])(
    'answers %s with 404',
    async (url) => {
      const receiver = await startReceiver();
      const answer = await send(receiver, { url, body: one_item.traces });
      expect(answer.status).toBe(404);
      expect(receiver.counters.refused).toEqual({ not_found: 1 });
    },
  );

  it.each(['/v1/nothing', '/v1development/profiles'])(
    'answers %s with a Status in the encoding of the request',
    async (url) => {
      const answer = await send(await startReceiver(), { url, body: Buffer.alloc(3_000_000) });
      expect(answer).toMatchObject({ status: 404, type: 'application/x-protobuf' });
      expect(readStatus(answer.body, answer.type)).toMatchObject({
        code: 5,
        message: errors.not_found.message,
      });
    },
  );

  it('takes a path with a query', async () => {
    expect((await send(await startReceiver(), { url: '/v1/traces?x=1', body: one_item.traces })).status).toBe(
      200,
    );
  });
});

describe('partial success', () => {
  it('keeps the good spans, counts the bad ones and says why', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, {
      body: traceRequest({ name: 'good' }, { span_id: '' }, { span_id: '00' }),
    });
    expect(answer.status).toBe(200);
    expect(readResponse('traces', answer.body)).toEqual({
      partialSuccess: {
        rejectedSpans: '2',
        errorMessage: expect.stringContaining('span id must be 8 bytes'),
      },
    });
    expect(receiver.counters.signals.traces).toMatchObject({
      accepted: 1,
      rejected: 2,
      dropped: { invalid_span_id: 2 },
    });
    expect(await journalled(receiver)).toHaveLength(1);
  });

  it('writes nothing where every span is bad', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: traceRequest({ trace_id: '' }) });
    expect(readResponse('traces', answer.body)).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    expect(await journalled(receiver)).toEqual([]);
  });

  it('says in JSON how many spans were refused, as a decimal string', async () => {
    const body = jsonTraces(valid_span, { ...valid_span, spanId: 'y' });
    const answer = await send(await startReceiver(), { body, headers: json });
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringContaining('span id') },
    });
  });

  it('warns of a part left out with nothing rejected', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, {
      body: traceRequest({ extra: [attribute(9, 'deep', nested(5_000))] }),
    });
    expect(answer.status).toBe(200);
    expect(readResponse('traces', answer.body)).toEqual({
      partialSuccess: { errorMessage: expect.stringContaining('"deep" is nested deeper than 32 levels') },
    });
    expect(receiver.counters.signals.traces).toMatchObject({
      accepted: 1,
      rejected: 0,
      dropped: { attribute_too_deep: 1 },
    });
  });

  it('shortens messages, which may quote what was sent', async () => {
    const extra = Array.from({ length: 20 }, (_, n) => attribute(9, `${n}-`.repeat(10_000), nested(40)));
    const answer = await send(await startReceiver(), { body: traceRequest({ extra }) });
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeLessThan(4_096);
    expect(JSON.stringify(readResponse('traces', answer.body))).toContain('and 15 other reasons');
  });

  it('takes attributes named like parts of JavaScript', async () => {
    const extra = ['__proto__', 'constructor', 'gen_ai.prompt.__proto__.x'].map((key) =>
      attribute(9, key, text(1, 'x')),
    );
    expect((await send(await startReceiver(), { body: traceRequest({ extra }) })).status).toBe(200);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});
