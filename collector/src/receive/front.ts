import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { credentialOf } from '../access/route-scope.ts';
import type { StoreClient } from './store-client.ts';

/** Hands requests for the API to the store process, and its answers back as they come. */
export function forwardApi(server: FastifyInstance, store: StoreClient): void {
  server.route({
    method: ['GET', 'POST', 'PUT', 'DELETE'],
    url: '/api/*',
    // The store process asks for the scope of each of its routes; without any of them nobody comes so far.
    config: { scope: 'any' },
    handler: async (request, reply) => relay({ store, request, reply, path: request.url }),
  });
}

interface Relay {
  readonly store: StoreClient;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Path and query to ask the store process for. */
  readonly path: string;
}

/** Has the store process answer a request, in the name of who makes it. */
export async function relay({ store, request, reply, path }: Relay): Promise<FastifyReply> {
  const abort = new AbortController();
  // A reader that goes away interrupts its query.
  reply.raw.on('close', () => abort.abort());
  const answer = await store.forward({
    method: request.method,
    credential: credentialOf(request),
    path,
    body: Buffer.isBuffer(request.body) ? request.body : undefined,
    content_type: request.headers['content-type'],
    signal: abort.signal,
  });
  reply.code(answer.statusCode ?? 502);
  for (const name of handed_back) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  return reply.send(answer);
}

const handed_back = ['content-type', 'content-length', 'retry-after', 'cache-control', 'etag'] as const;
