import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Counters, countUp } from './counters.ts';
import { contentTypeOf, mimeType } from './media.ts';
import { retryAfter } from './refusal.ts';
import { encodeStatus } from './status.ts';

/**
 * Answers every error: under /v1/, and where senders put what OTLP is still developing, with google.rpc.Status in the encoding of the request, elsewhere with
 * `{code, message}`. What the sender may try again carries Retry-After.
 */
export function answerErrors(server: FastifyInstance, counters: Counters, log: Log): void {
  server.setErrorHandler(async (error: FastifyError | SextantError, request, reply) => {
    const known = asSextantError(error);
    countUp(counters.refused, known.code);
    if (known.code === 'internal')
      log.error({ error, method: request.method, path: request.url.split('?', 1)[0] }, 'A request failed.');
    const retry_after_s = retryAfter(known);
    if (retry_after_s !== null) reply.header('retry-after', String(retry_after_s));
    const { type, body } = render(request, known);
    return reply.code(known.status).header('content-type', type).send(body);
  });
  // What has no route is refused before its body is read.
  server.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? new SextantError('not_found') : undefined);
  });
  server.setNotFoundHandler(async () => {
    throw new SextantError('not_found');
  });
}

function asSextantError(error: FastifyError | SextantError): SextantError {
  if (error instanceof SextantError) return error;
  if (error.statusCode === 413) return new SextantError('too_large', undefined, { cause: error });
  if (error.statusCode === 415) return new SextantError('unsupported_type', undefined, { cause: error });
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return new SextantError('bad_request', error.message, { cause: error });
  }
  return new SextantError('internal', undefined, { cause: error });
}

function render(request: FastifyRequest, error: SextantError): { type: string; body: Buffer } {
  if (!/^\/v1(development)?\//.test(request.url)) {
    return {
      type: 'application/json',
      body: Buffer.from(JSON.stringify({ code: error.code, message: error.message })),
    };
  }
  const content_type = contentTypeOf(request.headers['content-type']) ?? 'json';
  return { type: mimeType(content_type), body: encodeStatus(error, content_type) };
}
