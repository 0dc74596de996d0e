import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import { readAuthorization } from '../access/authorization.ts';
import { isLoopback } from '../access/loopback.ts';
import { enforceScopes } from '../access/route-scope.ts';
import { SextantError } from '../errors.ts';

export interface GuardOptions {
  /** Address the server is bound to. */
  readonly host: string;
  readonly access: Access;
  /** Origins whose pages may send telemetry, each exactly as a browser names it. */
  readonly origins?: readonly string[];
}

/**
 * Refuses requests before anything of them is read: without a key that has the scope of the route, and on a
 * loopback address those that a foreign page made the browser send (DNS rebinding: the Host header is not ours;
 * cross site: the Origin is not). Register it before any route.
 */
export function guard(server: FastifyInstance, options: GuardOptions): void {
  server.addHook('onRequest', async (request) => {
    if (isLoopback(options.host)) checkHost(request);
    // What a browser adds by itself, it adds to requests of foreign pages as well.
    const is_dialog = readAuthorization(request.headers.authorization)?.scheme === 'basic';
    if (isLoopback(options.host) || is_dialog) checkOrigin(request, options.origins ?? []);
  });
  enforceScopes(server, (request, reply) => authenticate(options.access, request, reply));
}

function authenticate({ authenticate, charts }: Access, request: FastifyRequest, reply: FastifyReply) {
  if (request.routeOptions.config.scope === 'link') return charts.credentialOf(request.url);
  const credential = authenticate(request.headers.authorization, request.socket.remoteAddress ?? '');
  if (credential === null)
    reply.header('www-authenticate', 'Basic realm="Sextant: any name, the key as password"');
  return credential;
}

function checkHost(request: FastifyRequest): void {
  const host = hostName(request.headers.host ?? '');
  if (!isLoopback(host)) throw new SextantError('forbidden', 'The Host header names another machine.');
}

function checkOrigin(request: FastifyRequest, sending_origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || hostOf(origin) === request.headers.host) return;
  const { scope } = request.routeOptions.config;
  if ((scope === 'ingest' || scope === 'public') && sending_origins.includes(origin)) return;
  throw new SextantError('forbidden', 'Requests from other sites are not allowed.');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hostName(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.split(':', 1)[0];
  return (name ?? '').toLowerCase();
}
