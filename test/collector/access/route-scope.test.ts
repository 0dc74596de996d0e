import fastify from 'fastify';
import { expect, it } from 'vitest';
import type { Credential, Scope } from '../../../collector/src/access/credential.ts';
import { forwardedHeaders, readForwarded } from '../../../collector/src/access/forwarded.ts';
import { credentialOf, enforceScopes } from '../../../collector/src/access/route-scope.ts';
import { SextantError } from '../../../collector/src/errors.ts';

function build(...scopes: Scope[]) {
  const server = fastify();
  const credential: Credential = { tenant: 'acme', scopes: new Set(scopes), actor: 'me' };
  enforceScopes(server, (request) => (request.headers.authorization ? credential : null));
  server.setErrorHandler(async (error, _request, reply) =>
    reply.code(error instanceof SextantError ? error.status : 500).send(String(error)),
  );
  server.setNotFoundHandler(async () => {
    throw new SextantError('not_found');
  });
  return server;
}

it('registers no route that does not say its scope', () => {
  const server = build();
  expect(() => server.get('/', async () => 'all')).toThrow('The route GET / names no scope.');
  expect(() => server.get('/', { config: {} }, async () => 'all')).toThrow('names no scope');
  const config = { scope: 'everything' } as unknown as { scope: Scope };
  expect(() => server.get('/', { config }, async () => 'all')).toThrow('names no scope');
});

it('holds routes of plugins to it as well', async () => {
  const server = build();
  server.register(async (plugin) => {
    plugin.get('/', async () => 'all');
  });
  await expect(server.ready()).rejects.toThrow('names no scope');
});

it('asks for exactly the scope of the route: none includes another', async () => {
  const headers = { authorization: 'x' };
  for (const scope of ['ingest', 'read', 'admin'] as const) {
    for (const held of ['ingest', 'read', 'admin'] as const) {
      const server = build(held);
      server.get('/', { config: { scope } }, async (request) => credentialOf(request).tenant);
      const answer = await server.inject({ url: '/', headers });
      expect(answer.statusCode, `${held} for ${scope}`).toBe(held === scope ? 200 : 403);
      expect((await server.inject({ url: '/' })).statusCode).toBe(401);
    }
  }
});

it('tells nobody without a key what is there', async () => {
  const server = build('read');
  server.get('/', { config: { scope: 'read' } }, async () => 'all');
  expect((await server.inject({ url: '/nothing' })).statusCode).toBe(401);
  expect((await server.inject({ url: '/nothing', headers: { authorization: 'x' } })).statusCode).toBe(404);
});

it('knows nobody on a public route', async () => {
  const server = build('read');
  server.get('/open', { config: { scope: 'public' } }, async () => 'all');
  server.get('/wrong', { config: { scope: 'public' } }, async (request) => credentialOf(request).tenant);
  expect((await server.inject({ url: '/open' })).statusCode).toBe(200);
  expect((await server.inject({ url: '/wrong', headers: { authorization: 'x' } })).statusCode).toBe(401);
});

it('hands a credential on to the store process as it is', () => {
  const credential: Credential = { tenant: 'acme', scopes: new Set(['read', 'admin']), actor: '1a2b' };
  expect(readForwarded(forwardedHeaders(credential))).toEqual(credential);
});

it.each([
  {},
  { 'x-sextant-tenant': 'acme' },
  { 'x-sextant-tenant': 'acme', 'x-sextant-scopes': 'read' },
  { 'x-sextant-tenant': '../acme', 'x-sextant-scopes': 'read', 'x-sextant-actor': 'me' },
  { 'x-sextant-tenant': 'acme', 'x-sextant-scopes': 'read', 'x-sextant-actor': '' },
])('takes %j for nobody', (headers) => {
  expect(readForwarded(headers)).toBeNull();
});
