import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { SextantError } from '../errors.ts';
import { type Credential, isScope, type Scope } from './credential.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a credential needs for this route. Every route says it. */
    scope?: RouteScope;
  }
  interface FastifyRequest {
    /** Null on public routes. */
    credential: Credential | null;
  }
}

/**
 * `public` needs no credential. `any` needs one, whatever its scopes: the route hands the request on to where
 * the scope is asked for. `link` needs an address that was signed, and no key.
 */
export type RouteScope = Scope | 'any' | 'link' | 'public';

export type Authenticate = (request: FastifyRequest, reply: FastifyReply) => Credential | null;

/**
 * Lets through to each route only who has its scope, before anything of the request is read. A route that does
 * not say its scope cannot be registered, and that something is not there is told only to who has a credential.
 */
export function enforceScopes(server: FastifyInstance, authenticate: Authenticate): void {
  server.decorateRequest('credential', null);
  server.addHook('onRoute', ({ config, method, url }) => {
    const scope = config?.scope;
    const is_said = isScope(scope) || scope === 'any' || scope === 'link' || scope === 'public';
    if (!is_said) throw new Error(`The route ${method} ${url} names no scope.`);
  });
  server.addHook('onRequest', async (request, reply) => {
    const scope = request.is404 ? 'any' : request.routeOptions.config.scope;
    if (scope === 'public') return;
    request.credential = authenticate(request, reply);
    if (request.credential === null) throw new SextantError('unauthenticated');
    if (scope === 'any' || scope === 'link') return;
    if (scope === undefined || !request.credential.scopes.has(scope))
      throw new SextantError('forbidden', `It needs a key with the scope ${scope}.`);
  });
}

/**
 * Who makes the request.
 * @throws SextantError unauthenticated on a public route, which knows nobody
 */
export function credentialOf(request: FastifyRequest): Credential {
  if (request.credential === null) throw new SextantError('unauthenticated');
  return request.credential;
}
