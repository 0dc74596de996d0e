import fastify, { type FastifyInstance } from 'fastify';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import type { Counters } from './counters.ts';
import { answerErrors } from './errors.ts';
import { forwardApi } from './front.ts';
import { guard } from './guard.ts';
import { reportHealth } from './health.ts';
import { receiveTraces } from './otlp.ts';
import { servePage } from './page.ts';
import type { StoreClient } from './store-client.ts';

export interface ServerParts {
  readonly host: string;
  readonly key: string | null;
  readonly body_bytes_max: number;
  readonly journal: Journal;
  readonly counters: Counters;
  readonly store: StoreClient;
  /** Folder of the built page. */
  readonly page_folder: string;
  isStoreReady(): boolean;
  storeRestarts(): number;
  readonly now: () => number;
  readonly log: Log;
}

/** The receiving server with all its routes. It does not listen: tests inject. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const server = fastify({
    bodyLimit: parts.body_bytes_max,
    // A sender that takes longer for its headers or its body is cut off.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
    // While it closes, what is under way is still answered in its own form.
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
  answerErrors(server, parts.counters, parts.log);
  guard(server, parts);
  receiveTraces(server, parts);
  reportHealth(server, parts);
  forwardApi(server, parts.store);
  await servePage(server, parts.page_folder);
  return server;
}
