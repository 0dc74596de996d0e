import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readShared } from '../../support/shared-data.ts';

/** A chat request and what a provider answered, as recorded from the real one. */
export interface Exchange {
  readonly request: ChatRequest;
  readonly content_type: string;
  readonly response: string;
}

export interface ChatRequest {
  readonly stream?: boolean;
  readonly messages: readonly RecordedMessage[];
}

export interface RecordedMessage {
  readonly role: string;
  readonly content: string | null;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** Exchanges by their ids, in that order. */
export function readExchanges(ids: readonly string[]): readonly Exchange[] {
  const lines = readShared('provider-recordings/exchanges-openai.jsonl.gz').trim().split('\n');
  const recorded = new Map(
    lines.map((line) => JSON.parse(line) as RecordedExchange).map((exchange) => [exchange.id, exchange]),
  );
  return ids.map((id) => {
    const { request_body, response_body, response_headers } = recorded.get(id) as RecordedExchange;
    return {
      request: JSON.parse(request_body) as ChatRequest,
      content_type: response_headers['content-type'] as string,
      response: response_body,
    };
  });
}

interface RecordedExchange {
  readonly id: string;
  readonly request_body: string;
  readonly response_headers: Readonly<Record<string, string>>;
  readonly response_body: string;
}

/** A provider that gives the recorded answers, one after the other, for the time of the work. */
export async function withRecordedProvider(
  exchanges: readonly Exchange[],
  work: (url: string) => Promise<void>,
): Promise<void> {
  const rest = [...exchanges];
  const server = createServer((request, response) => {
    const next = rest.shift();
    request.resume();
    if (!next) response.writeHead(500).end();
    else response.writeHead(200, { 'content-type': next.content_type }).end(next.response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
