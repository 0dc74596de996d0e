import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createEncoder } from '../../../../collector/src/watch/encoders/index.ts';
import { createOpenAiCompatibleEncoder } from '../../../../collector/src/watch/encoders/openai-compatible.ts';

interface Asked {
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: readonly string[] };
}

type Answer = (response: ServerResponse, asked: Asked) => void;

const { signal } = new AbortController();
const server = createServer();
const asked: Asked[] = [];
let answer: Answer;
let url: string;

beforeEach(async () => {
  asked.length = 0;
  answer = vectorsOfLength;
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => void reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/embeddings`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = JSON.parse(Buffer.concat(await request.toArray()).toString()) as Asked['body'];
  const one = { authorization: request.headers.authorization, body };
  asked.push(one);
  answer(response, one);
}

/** Vectors that begin with the length of their text, handed out last first. */
function vectorsOfLength(response: ServerResponse, { body }: Asked): void {
  const data = body.input.map((text, index) => ({ index, embedding: [text.length, 1, 0.5] }));
  response.end(JSON.stringify({ data: data.toReversed() }));
}

const encoder = (options: { timeout_ms?: number; key?: string | null } = {}) =>
  createOpenAiCompatibleEncoder({ url, model: 'a model', key: 'secret', ...options });

describe('the OpenAI-compatible encoder', () => {
  test('asks for at most 128 texts at once and keeps their order', async () => {
    const texts = Array.from({ length: 300 }, (_, i) => 'x'.repeat(i + 1));
    const under_test = encoder();
    expect(under_test.dimension).toBe(null);
    const vectors = await under_test.embed(texts, signal);
    expect(vectors).toEqual(texts.map((text) => Float32Array.of(text.length, 1, 0.5)));
    expect(under_test.dimension).toBe(3);
    expect(asked.map(({ body }) => body.input.length)).toEqual([128, 128, 44]);
    expect(asked[0]).toMatchObject({ authorization: 'Bearer secret', body: { model: 'a model' } });
  });

  test('sends no key where there is none', async () => {
    await encoder({ key: null }).embed(['a'], signal);
    expect(asked[0]?.authorization).toBe(undefined);
  });

  test.each([
    [400, true],
    [413, true],
    [401, false],
    [404, false],
    [429, false],
    [500, false],
  ])('status %d is an error that says whether the texts are to blame', async (status, refused) => {
    answer = (response) => response.writeHead(status).end('{"error": {}}');
    await expect(encoder().embed(['a'], signal)).rejects.toMatchObject({ name: 'EncoderError', refused });
  });

  test.each([
    ['no JSON', 'nonsense'],
    ['null', 'null'],
    ['no vectors', '{"data": []}'],
    ['too few vectors', '{"data": [{"embedding": [1, 2]}]}'],
    ['words', '{"data": [{"embedding": ["a"]}, {"embedding": [1]}]}'],
    ['unlike lengths', '{"data": [{"embedding": [1, 2]}, {"embedding": [1]}]}'],
    ['an index out of range', '{"data": [{"index": 5, "embedding": [1]}, {"index": 0, "embedding": [1]}]}'],
    ['nothing in its place', '{"data": [null, {"embedding": []}]}'],
  ])('an answer of %s is an error', async (_, text) => {
    answer = (response) => response.end(text);
    await expect(encoder().embed(['a', 'b'], signal)).rejects.toMatchObject({
      name: 'EncoderError',
      refused: false,
    });
  });

  test('follows no redirect, with the key in hand', async () => {
    answer = (response) => response.writeHead(307, { location: url }).end();
    await expect(encoder().embed(['a'], signal)).rejects.toMatchObject({ name: 'EncoderError' });
    expect(asked).toHaveLength(1);
  });

  test('reads a bounded answer', async () => {
    answer = (response) => {
      response.on('error', () => undefined);
      for (let mib = 0; mib < 40; mib++) response.write(' '.repeat(2 ** 20));
      response.end('{}');
    };
    await expect(encoder().embed(['a'], signal)).rejects.toThrow('could not be read');
  });

  test('ends when the time is over, and when the signal fires', async () => {
    answer = () => undefined;
    await expect(encoder({ timeout_ms: 50 }).embed(['a'], signal)).rejects.toMatchObject({ refused: false });
    const stopping = new AbortController();
    const embedding = encoder().embed(['a'], stopping.signal);
    stopping.abort();
    await expect(embedding).rejects.toMatchObject({ refused: false });
  });

  test('is made where an address is given, else the built-in one', () => {
    const options = { embed_url: null, embed_model: 'm', embed_key: null };
    expect(createEncoder(options).name).toBe('sextant-ngram-1');
    expect(createEncoder({ ...options, embed_url: url }).name).toBe('m');
  });
});
