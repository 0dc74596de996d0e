import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { has_shared_data, readShared, sharedPath } from '../../support/shared-data.ts';
import { close, listen } from './otlp-sink.ts';

/** A request to a provider and its answer, as recorded from the live service. */
export interface Exchange {
  readonly id: string;
  readonly url: string;
  readonly streaming: boolean;
  readonly status: number;
  readonly request: Record<string, unknown>;
  readonly body: string;
}

const chunk_files = 'provider-chunks-vercel-ai/openai/';

/** Recorded exchanges of a provider whose path ends like this. */
export function exchanges(provider: string, path: string): Exchange[] {
  if (!has_shared_data) return [];
  return readShared(`provider-recordings/exchanges-${provider}.jsonl.gz`)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RawExchange)
    .filter(({ method, url }) => method === 'POST' && URL.parse(url)?.pathname.endsWith(path) === true)
    .map(({ id, url, streaming, status, request_body, response_body }) => {
      const request = JSON.parse(request_body) as Record<string, unknown>;
      return {
        id,
        url,
        streaming,
        status,
        request: streaming ? { ...request, stream: true } : request,
        body: response_body,
      };
    });
}

interface RawExchange extends Omit<Exchange, 'request' | 'body'> {
  readonly method: string;
  readonly request_body: string;
  readonly response_body: string;
}

/** Recorded events of streams, one JSON text each, by file name. */
export function chunkFiles(prefix: string): { readonly name: string; readonly events: string[] }[] {
  return namesOf(prefix, '.chunks.txt.gz').map((name) => ({
    name,
    events: readShared(chunk_files + name)
      .trimEnd()
      .split('\n'),
  }));
}

/** Recorded whole bodies, by file name. */
export function bodyFiles(prefix: string): { readonly name: string; readonly body: string }[] {
  return namesOf(prefix, '.json.gz').map((name) => ({ name, body: readShared(chunk_files + name) }));
}

export function serverSentEvents(events: readonly string[]): string {
  return `${events.map((event) => `data: ${event}\n\n`).join('')}data: [DONE]\n\n`;
}

export interface ReplayServer {
  readonly url: string;
  /** What the next request is answered with. */
  next: { readonly status: number; readonly streaming: boolean; readonly body: string };
  close(): Promise<void>;
}

/** A provider that answers what was recorded. Streams arrive in small pieces that do not respect event borders. */
export async function startReplayServer(): Promise<ReplayServer> {
  const replay = { next: { status: 200, streaming: false, body: '{}' } };
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const { status, streaming, body } = replay.next;
      response.writeHead(status, { 'content-type': streaming ? 'text/event-stream' : 'application/json' });
      const bytes = Buffer.from(body);
      for (let start = 0; start < bytes.length; start += 1000)
        response.write(bytes.subarray(start, start + 1000));
      response.end();
    });
  });
  await listen(server, 0);
  return Object.assign(replay, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () => close(server),
  });
}

function namesOf(prefix: string, suffix: string): string[] {
  if (!has_shared_data) return [];
  return readdirSync(sharedPath(chunk_files)).filter(
    (name) => name.startsWith(prefix) && name.endsWith(suffix),
  );
}
