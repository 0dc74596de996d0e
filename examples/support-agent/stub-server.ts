import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { embed } from './stub-embedding.ts';
import { completionChunks, completionFor } from './stub-model.ts';

export interface StubServer {
  /** Base address for an OpenAI client, with `/v1`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A server that speaks the part of OpenAI's protocol the support agent uses, without a model behind it: answers are
 * made by rules, embeddings by hashing words. The same request always gets the same answer. Each piece of an answer,
 * a word or two, takes `pace_ms`.
 */
export async function startStubServer({ port = 0, pace_ms = 0 } = {}): Promise<StubServer> {
  const server = createServer((request, response) => {
    handle(request, response, pace_ms).catch((error: unknown) =>
      sendJson(response, 400, { error: { message: String(error) } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function handle(request: IncomingMessage, response: ServerResponse, pace_ms: number): Promise<void> {
  const body = JSON.parse(await readBody(request));
  if (request.url === '/v1/chat/completions') {
    const completion = completionFor(body);
    const chunks = completionChunks(completion);
    if (body.stream !== true) {
      await sleep(chunks.length * pace_ms);
      return sendJson(response, 200, completion);
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) {
      await sleep(pace_ms);
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end('data: [DONE]\n\n');
    return;
  }
  if (request.url === '/v1/embeddings') return sendJson(response, 200, embeddingsFor(body));
  sendJson(response, 404, { error: { message: `There is nothing at ${request.url}.` } });
}

function embeddingsFor(body: EmbeddingRequest) {
  const texts = typeof body.input === 'string' ? [body.input] : body.input;
  const tokens = texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
  return {
    object: 'list',
    model: body.model,
    data: texts.map((text, index) => {
      const vector = embed(text);
      const embedding =
        body.encoding_format === 'base64'
          ? Buffer.from(vector.buffer).toString('base64')
          : Array.from(vector);
      return { object: 'embedding', index, embedding };
    }),
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

interface EmbeddingRequest {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly encoding_format?: string;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
