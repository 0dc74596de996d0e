import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { errors, SextantError } from '../../../collector/src/errors.ts';
import type { Journal } from '../../../collector/src/journal/journal.ts';
import { openTail } from '../../../collector/src/journal/tail.ts';
import { attribute, bytes, message, text, traceRequest } from '../../support/protobuf.ts';
import { startReceiver } from '../../support/receiver.ts';

const valid = traceRequest({ name: 'good' });
const protobuf = { host: '127.0.0.1:4318', 'content-type': 'application/x-protobuf' };
const json = { host: '127.0.0.1:4318', 'content-type': 'application/json' };

interface Sent {
  readonly method?: 'POST' | 'GET' | 'PUT';
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

async function send(
  receiver: Awaited<ReturnType<typeof startReceiver>>,
  { method = 'POST', url = '/v1/traces', headers = protobuf, body = valid }: Sent,
) {
  const response = await receiver.server.inject({
    method,
    url,
    headers,
    ...(method === 'GET' ? {} : { payload: body }),
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.rawPayload,
    text: response.body,
  };
}

/** code and message of a google.rpc.Status in protobuf. */
function readStatus(body: Buffer): { code: number; message: string } {
  expect([...body.subarray(0, 1)]).toEqual([0x08]);
  const length_at = body.indexOf(0x12) + 1;
  const wide = (body[length_at]! & 0x80) !== 0;
  return { code: body[1]!, message: body.subarray(length_at + (wide ? 2 : 1)).toString() };
}

async function journalled({ folder, journal }: Awaited<ReturnType<typeof startReceiver>>) {
  const tail = openTail({ folder, from: null, body_bytes_max: 1e8 });
  tail.advance(journal.durable());
  const records = (await tail.lag_bytes(tail.position())) > 0 ? await tail.next(1e8) : [];
  await tail.close();
  return records ?? [];
}

describe('POST /v1/traces', () => {
  it.each([
    ['identity', (body: Buffer) => body],
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('takes %s and journals the bytes as received', async (encoding, compress) => {
    const receiver = await startReceiver();
    const body = Buffer.from(compress(valid));
    const headers = encoding === 'identity' ? protobuf : { ...protobuf, 'content-encoding': encoding };
    const answer = await send(receiver, { body, headers });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-type']).toBe('application/x-protobuf');
    expect(await journalled(receiver)).toMatchObject([
      { encoding, body, tenant: 'default', content_type: 'protobuf' },
    ]);
    expect(receiver.counters).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('answers JSON to JSON, whatever the parameters of the type', async () => {
    const body = Buffer.from('{"resourceSpans":[]}');
    const answer = await send(await startReceiver(), {
      body,
      headers: { ...json, 'content-type': 'application/JSON; charset=utf-8' },
    });
    expect(answer).toMatchObject({ status: 200, text: '{}' });
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('takes an empty request, and writes nothing', async () => {
    const receiver = await startReceiver();
    expect(await send(receiver, { body: Buffer.alloc(0) })).toMatchObject({ status: 200, text: '' });
    expect(await journalled(receiver)).toEqual([]);
  });

  it('names the spans it refuses and keeps the others', async () => {
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: traceRequest({ name: 'good' }, { span_id: '' }) });
    expect(answer.status).toBe(200);
    const partial = message(1, Buffer.from([0x08, 1]), text(2, 'span id must be 8 bytes, not all zero'));
    expect(answer.body).toEqual(partial);
    expect(receiver.counters).toMatchObject({ accepted: 1, rejected: 1, dropped: { invalid_span_id: 1 } });
    expect(await journalled(receiver)).toHaveLength(1);
  });

  it('says in JSON how many spans were refused', async () => {
    const spans = [{ traceId: 'x', spanId: 'y' }];
    const body = Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const answer = await send(await startReceiver(), { body, headers: json });
    expect(JSON.parse(answer.text)).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'trace id must be 16 bytes, not all zero' },
    });
  });

  it('leaves out an attribute nested 10,000 deep, with a warning', async () => {
    let value = text(1, 'bottom');
    for (let level = 0; level < 10_000; level++) value = message(5, bytes(1, value));
    const receiver = await startReceiver();
    const answer = await send(receiver, { body: traceRequest({ extra: [attribute(9, 'deep', value)] }) });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"deep" is nested deeper than 32 levels');
    expect(receiver.counters).toMatchObject({ accepted: 1, rejected: 0 });
  });

  it('takes an attribute named __proto__', async () => {
    const receiver = await startReceiver();
    const body = traceRequest({
      extra: [attribute(9, '__proto__', text(1, 'x')), attribute(9, 'constructor', text(1, 'y'))],
    });
    expect((await send(receiver, { body })).status).toBe(200);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

describe('bad input', () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const cases: [string, Sent, number, keyof typeof errors][] = [
    ['broken protobuf', { body: Buffer.from([0x0a, 0xff, 0xff, 0xff]) }, 400, 'undecodable'],
    ['broken JSON', { body: Buffer.from('{"resourceSpans":'), headers: json }, 400, 'undecodable'],
    [
      'another content type',
      { headers: { ...protobuf, 'content-type': 'text/plain' } },
      415,
      'unsupported_type',
    ],
    ['no content type', { headers: { host: '127.0.0.1:4318' } }, 415, 'unsupported_type'],
    ['an unknown encoding', { headers: { ...protobuf, 'content-encoding': 'br' } }, 415, 'unsupported_type'],
    [
      'several encodings',
      { headers: { ...protobuf, 'content-encoding': 'gzip, gzip' } },
      415,
      'unsupported_type',
    ],
    ['damaged gzip', { headers: { ...protobuf, 'content-encoding': 'gzip' } }, 400, 'undecodable'],
    [
      'truncated gzip',
      { body: gzipSync(valid).subarray(0, 40), headers: { ...protobuf, 'content-encoding': 'gzip' } },
      400,
      'undecodable',
    ],
    ['a body over the limit', { body: Buffer.alloc(1_000_001) }, 413, 'too_large'],
    ['a bomb', { body: bomb, headers: { ...protobuf, 'content-encoding': 'gzip' } }, 413, 'too_large'],
    ['an unknown path', { url: '/v1/nothing' }, 404, 'not_found'],
    ['metrics', { url: '/v1/metrics' }, 404, 'not_found'],
    ['GET', { method: 'GET' }, 405, 'method_not_allowed'],
    ['PUT', { method: 'PUT' }, 405, 'method_not_allowed'],
  ];

  it.each(cases)('%s', async (_name, sent, status, code) => {
    const receiver = await startReceiver();
    const answer = await send(receiver, sent);
    expect(answer.status).toBe(status);
    expect(receiver.counters.refused).toEqual({ [code]: 1 });
    const sent_type = (sent.headers ?? protobuf)['content-type'];
    const wanted_type = sent_type === 'application/x-protobuf' ? sent_type : 'application/json';
    expect(answer.headers['content-type']).toBe(wanted_type);
    const found = wanted_type === 'application/json' ? JSON.parse(answer.text) : readStatus(answer.body);
    expect(found.message).toContain(errors[code].message);
    expect(answer.headers['retry-after']).toBeUndefined();
    expect(await journalled(receiver)).toEqual([]);
    // Whatever one sender does, the next is served.
    expect((await send(receiver, {})).status).toBe(200);
  });

  it('says which method is allowed', async () => {
    const answer = await send(await startReceiver(), { method: 'GET' });
    expect(answer.headers['allow']).toBe('POST');
  });

  it('asks for another attempt when the journal cannot be written', async () => {
    const journal = {
      append: () => Promise.reject(new SextantError('storage_unavailable')),
      bytes: () => 0,
      isAccepting: () => false,
      close: () => Promise.resolve(),
    } as unknown as Journal;
    const receiver = await startReceiver({ journal });
    const answer = await send(receiver, {});
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(readStatus(answer.body)).toEqual({ code: 14, message: errors.storage_unavailable.message });
    expect(receiver.counters.accepted).toBe(0);
  });
});
