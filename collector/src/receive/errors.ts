import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { errors, SextantError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Counters } from './counters.ts';
import { contentTypeOf, mimeType } from './media.ts';
import { encodeStatus } from './status.ts';

const otlp_paths = ['/v1/traces'];
const retry_after_s = 5;

/**
 * Answers every error: on OTLP paths with google.rpc.Status in the encoding of the request, elsewhere with
 * `{code, message}`. What the sender may try again carries Retry-After.
 */
export function answerErrors(server: FastifyInstance, counters: Counters, log: Log): void {
  server.setErrorHandler(async (error: FastifyError | SextantError, request, reply) => {
    const known = asSextantError(error);
    counters.refused[known.code] = (counters.refused[known.code] ?? 0) + 1;
    if (known.code === 'internal')
      log.error({ error, method: request.method, path: request.url.split('?', 1)[0] }, 'A request failed.');
    if (errors[known.code].retry) reply.header('retry-after', String(retry_after_s));
    const { type, body } = render(request, known);
    return reply.code(known.status).header('content-type', type).send(body);
  });
  server.setNotFoundHandler(async () => {
    throw new SextantError('not_found');
  });
  for (const url of ['/v1/metrics', '/v1/logs']) {
    server.all(url, async () => {
      throw new SextantError('not_found', 'Sextant takes traces only; send metrics and logs elsewhere.');
    });
  }
  for (const url of otlp_paths) {
    server.route({
      method: ['GET', 'PUT', 'DELETE', 'PATCH', 'HEAD'],
      url,
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw new SextantError('method_not_allowed', 'Use POST.');
      },
    });
  }
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
  if (!request.url.startsWith('/v1/')) {
    return {
      type: 'application/json',
      body: Buffer.from(JSON.stringify({ code: error.code, message: error.message })),
    };
  }
  const content_type = contentTypeOf(request.headers['content-type']) ?? 'json';
  return { type: mimeType(content_type), body: encodeStatus(error.status, error.message, content_type) };
}
