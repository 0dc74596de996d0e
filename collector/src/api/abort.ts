import type { FastifyReply } from 'fastify';

/** Fires when the reader of the answer goes away, so that nobody works for nobody. */
export function whenGone(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.on('close', () => abort.abort());
  return abort.signal;
}
