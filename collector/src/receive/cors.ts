import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SextantError } from '../errors.ts';
import { otlp_paths } from './otlp-path.ts';

/**
 * Lets pages of named origins send OTLP from the browser (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).
 * Off unless origins are given, never for all origins, and on no path but those of OTLP. Call it before the
 * guard, so that a page can read why it was refused as well.
 */
export function nameOrigin(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  server.addHook('onRequest', (request, reply, done) => {
    if (otlp_paths.includes(pathOf(request))) addHeaders(request, reply, origins);
    done();
  });
}

/** Answers the question a browser asks before it sends. Call it after the guard, as with every route. */
export function answerPreflights(server: FastifyInstance, origins: readonly string[]): void {
  for (const url of otlp_paths) {
    server.options(url, { config: { scope: 'public' } }, async (request, reply) => {
      if (origins.length === 0) {
        reply.header('allow', 'POST');
        throw new SextantError('method_not_allowed', 'Pages of other origins are not allowed.');
      }
      if (!isAllowed(request, origins))
        throw new SextantError(
          'forbidden',
          'Pages of this origin are not allowed; see SEXTANT_CORS_ORIGINS.',
        );
      return reply
        .code(204)
        .header('access-control-allow-methods', 'POST')
        .header('access-control-allow-headers', allowed_headers)
        .header('access-control-max-age', String(preflight_age_s))
        .send();
    });
  }
}

/**
 * Origins separated by commas, each as a browser names it: scheme, host and port, nothing else.
 * @throws SextantError bad_request
 */
export function parseOrigins(text: string): readonly string[] {
  const origins = text.split(',').map((origin) => origin.trim());
  return origins.filter(Boolean).map((origin) => {
    if (origin.includes('*') || !URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new SextantError(
        'bad_request',
        `SEXTANT_CORS_ORIGINS must name exact origins such as https://app.example, not "${origin}".`,
      );
    return origin;
  });
}

// What OpenTelemetry's exporters send, and what its instrumentations of fetch add.
const allowed_headers = 'authorization, content-type, content-encoding, traceparent, tracestate, baggage';
const preflight_age_s = 7_200;

function addHeaders(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || !isAllowed(request, origins)) return;
  reply
    .header('access-control-allow-origin', origin)
    // sendBeacon, which exporters use when a page is closed, always sends with credentials.
    .header('access-control-allow-credentials', 'true')
    .header('access-control-expose-headers', 'retry-after');
}

function isAllowed({ headers }: FastifyRequest, origins: readonly string[]): boolean {
  return headers.origin !== undefined && origins.includes(headers.origin);
}

function pathOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? '';
}
