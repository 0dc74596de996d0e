import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { SextantError } from '../errors.ts';

export interface GuardOptions {
  /** Address the server is bound to. */
  readonly host: string;
  /** Key every request must carry, or null. */
  readonly key: string | null;
}

/**
 * Refuses requests before anything of them is read: without the key where one is set, and on a loopback
 * address those that a foreign page made the browser send (DNS rebinding: the Host header is not ours; cross
 * site: the Origin is not).
 */
export function guard(server: FastifyInstance, options: GuardOptions): void {
  const wanted = options.key === null ? null : digest(options.key);
  server.addHook('onRequest', async (request) => {
    if (isLoopback(options.host)) checkOrigin(request);
    if (wanted && !isProbe(request) && !carries(request, wanted)) throw new SextantError('unauthenticated');
  });
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function checkOrigin(request: FastifyRequest): void {
  const host = hostName(request.headers.host ?? '');
  if (!isLoopback(host)) throw new SextantError('forbidden', 'The Host header names another machine.');
  const { origin } = request.headers;
  if (origin !== undefined && hostOf(origin) !== request.headers.host) {
    throw new SextantError('forbidden', 'Requests from other sites are not allowed.');
  }
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function hostName(host: string): string {
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.split(':', 1)[0];
  return (name ?? '').toLowerCase();
}

// Health is asked by machines that hold no key, and tells nothing but up or down.
function isProbe(request: FastifyRequest): boolean {
  return request.url === '/healthz' || request.url === '/readyz';
}

function carries(request: FastifyRequest, wanted: Buffer): boolean {
  const [scheme, key] = (request.headers.authorization ?? '').split(' ', 2);
  return scheme?.toLowerCase() === 'bearer' && key !== undefined && timingSafeEqual(digest(key), wanted);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
