import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { SextantError } from '../errors.ts';

/**
 * Serves the built page. Its HTML carries a fresh nonce in each answer, which is the only way a style element
 * may come to life; scripts come from files alone.
 */
export async function servePage(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(join(folder, 'index.html'))) {
    server.get('/', { config: { scope: 'read' } }, async () => {
      throw new SextantError('not_found', 'The page is not built; run "npm run build".');
    });
    return;
  }
  await server.register(fastifyStatic, {
    root: join(folder, 'assets'),
    serve: false,
    preCompressed: true,
    immutable: true,
    maxAge: '365d',
    index: false,
  });
  server.get<{ Params: { '*': string } }>(
    '/assets/*',
    { config: { scope: 'read' } },
    async (request, reply) => reply.sendFile(request.params['*']),
  );
  const html = await readFile(join(folder, 'index.html'), 'utf8');
  for (const url of ['/', '/traces', '/traces/*', '/drift', '/alerts', '/alerts/*', '/sql']) {
    server.get(url, { config: { scope: 'read' } }, async (_request, reply) => sendPage(reply, html));
  }
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-security-policy', policy(nonce))
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'no-referrer')
    .header('cache-control', 'no-store')
    .send(html.replaceAll('__CSP_NONCE__', nonce));
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "font-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
