import fastify, { type FastifyInstance } from 'fastify';
import type { Access } from '../access/access.ts';
import type { Journal } from '../journal/journal.ts';
import type { Log } from '../log.ts';
import { serveCharts } from './charts.ts';
import { answerPreflights, nameOrigin } from './cors.ts';
import { answerErrors } from './errors.ts';
import { forwardApi } from './front.ts';
import { guard } from './guard.ts';
import { reportHealth } from './health.ts';
import { createHttpServer } from './http-server.ts';
import type { Intake } from './intake.ts';
import { receiveOtlp } from './otlp.ts';
import { servePage } from './page.ts';
import type { StoreClient } from './store-client.ts';
import type { Tls } from './tls.ts';

export interface ServerParts {
  readonly host: string;
  readonly access: Access;
  readonly intake: Intake;
  readonly journal: Pick<Journal, 'bytes' | 'durable' | 'isAccepting'>;
  readonly store: StoreClient;
  /** Origins whose pages may send telemetry. */
  readonly origins: readonly string[];
  /** Null where it is plain HTTP. */
  readonly tls: Tls | null;
  /** Folder of the built page. */
  readonly page_folder: string;
  isStoreReady(): boolean;
  storeRestarts(): number;
  readonly log: Log;
}

/** The receiving server with all its routes. It does not listen: tests inject. */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const { intake, origins } = parts;
  const server = fastify({
    serverFactory: (listener) => createHttpServer(listener, { ...intake, tls: parts.tls }),
    // Node's server answers these itself.
    clientErrorHandler: () => undefined,
    // Of questions; bodies of telemetry have a limit of their own.
    bodyLimit: question_bytes_max,
    forceCloseConnections: 'idle',
    // While it closes, what is under way is still answered in its own form.
    return503OnClosing: false,
    exposeHeadRoutes: false,
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);
  nameOrigin(server, origins);
  guard(server, parts);
  answerErrors(server, intake.counters, parts.log);
  receiveOtlp(server, intake);
  answerPreflights(server, origins);
  reportHealth(server, parts);
  forwardApi(server, parts.store);
  serveCharts(server, parts.store);
  await servePage(server, parts.page_folder);
  return server;
}

const question_bytes_max = 1024 * 1024;
