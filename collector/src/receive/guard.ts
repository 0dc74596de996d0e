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
  server.addHook('onRequest', async (request, reply) => {
    if (isLoopback(options.host)) checkHost(request);
    const credential = readCredential(request);
    // What a browser adds by itself, it adds to requests of foreign pages as well.
    if (isLoopback(options.host) || credential?.scheme === 'basic') checkOrigin(request);
    if (!wanted || isProbe(request) || (credential && timingSafeEqual(digest(credential.key), wanted)))
      return;
    reply.header('www-authenticate', 'Basic realm="Sextant: any name, the key as password"');
    throw new SextantError('unauthenticated');
  });
}

/** Whether an address can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}

function checkHost(request: FastifyRequest): void {
  const host = hostName(request.headers.host ?? '');
  if (!isLoopback(host)) throw new SextantError('forbidden', 'The Host header names another machine.');
}

function checkOrigin(request: FastifyRequest): void {
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

interface Credential {
  readonly scheme: 'bearer' | 'basic';
  readonly key: string;
}

/** The key as programs send it, or as the password of the dialog a browser shows by itself. */
function readCredential(request: FastifyRequest): Credential | null {
  const [scheme, value] = (request.headers.authorization ?? '').split(' ', 2);
  if (value === undefined) return null;
  if (scheme?.toLowerCase() === 'bearer') return { scheme: 'bearer', key: value };
  if (scheme?.toLowerCase() !== 'basic') return null;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return { scheme: 'basic', key: pair.slice(pair.indexOf(':') + 1) };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
