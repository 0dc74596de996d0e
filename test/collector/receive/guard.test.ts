import { describe, expect, it } from 'vitest';
import { isLoopback } from '../../../collector/src/access/loopback.ts';
import { startReceiver } from '../../support/receiver.ts';

const key = 'a-key-of-some-length';
const basic = (name: string, password: string) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

async function status(
  headers: Record<string, string>,
  given: { host?: string; key?: string | null; url?: string } = {},
) {
  const { server } = await startReceiver({ host: given.host ?? '127.0.0.1', key: given.key ?? null });
  return (await server.inject({ method: 'GET', url: given.url ?? '/api/stats', headers })).statusCode;
}

describe('guard', () => {
  it.each(['127.0.0.1:4318', 'localhost:4318', '[::1]:4318', 'LOCALHOST'])(
    'serves this machine as %s',
    async (host) => {
      expect(await status({ host })).toBe(200);
    },
  );

  it.each(['evil.example', '192.168.1.5:4318', '127.0.0.1.evil.example', '127.0.0.1@evil.example'])(
    'refuses the host "%s" on a loopback address',
    async (host) => {
      expect(await status({ host })).toBe(403);
    },
  );

  it.each(['http://evil.example', 'http://127.0.0.1:9999', 'null', 'nonsense'])(
    'refuses the origin %s',
    async (origin) => {
      expect(await status({ host: '127.0.0.1:4318', origin })).toBe(403);
    },
  );

  it('serves its own page', async () => {
    expect(await status({ host: '127.0.0.1:4318', origin: 'http://127.0.0.1:4318' })).toBe(200);
  });

  it('takes any host where it listens to others', async () => {
    expect(await status({ host: 'collector.internal' }, { host: '0.0.0.0' })).toBe(200);
  });

  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: 'Bearer wrong' }],
    ['the key without a scheme', { authorization: key }],
    ['an empty key', { authorization: 'Bearer ' }],
    ['another scheme', { authorization: `Digest ${key}` }],
    ['a password that is not the key', { authorization: basic('me', 'wrong') }],
    ['the key as name', { authorization: basic(key, '') }],
  ])('refuses %s where a key is set', async (_name, headers) => {
    expect(await status({ host: '127.0.0.1', ...(headers as Record<string, string>) }, { key })).toBe(401);
  });

  it('takes the key', async () => {
    expect(await status({ host: '127.0.0.1', authorization: `Bearer ${key}` }, { key })).toBe(200);
  });

  it('takes the key as the password a browser asks for, but not from the page of another site', async () => {
    const headers = { host: 'collector.internal', authorization: basic('anyone', key) };
    expect(await status(headers, { host: '0.0.0.0', key })).toBe(200);
    expect(await status({ ...headers, origin: 'http://evil.example' }, { host: '0.0.0.0', key })).toBe(403);
    const { server } = await startReceiver({ key });
    const answer = await server.inject({ url: '/', headers: { host: '127.0.0.1' } });
    expect(answer.headers['www-authenticate']).toContain('Basic realm=');
  });

  it('lets pages of a named origin send, and do nothing else', async () => {
    const { server } = await startReceiver({ key, origins: ['https://app.example'] });
    const ask = async (method: 'GET' | 'POST', url: string, origin: string) => {
      const headers = { host: '127.0.0.1', origin, authorization: basic('me', key) };
      return (await server.inject({ method, url, headers })).statusCode;
    };
    expect(await ask('POST', '/v1/traces', 'https://app.example')).not.toBe(403);
    expect(await ask('POST', '/v1/traces', 'https://app.example.evil')).toBe(403);
    expect(await ask('POST', '/v1/traces', 'http://app.example')).toBe(403);
    expect(await ask('GET', '/api/stats', 'https://app.example')).toBe(403);
    expect(await ask('POST', '/api/sql', 'https://app.example')).toBe(403);
    expect(await ask('GET', '/nothing', 'https://app.example')).toBe(403);
  });

  it('tells health without a key, and nothing else on any route', async () => {
    const { server } = await startReceiver({ key });
    const headers = { host: '127.0.0.1' };
    expect((await server.inject({ url: '/healthz', headers })).statusCode).toBe(200);
    for (const url of ['/', '/metrics', '/api/stats', '/api/traces', '/traces', '/nothing']) {
      expect((await server.inject({ url, headers })).statusCode, url).toBe(401);
    }
    for (const url of ['/v1/traces', '/api/sql', '/api/detect']) {
      expect((await server.inject({ method: 'POST', url, headers })).statusCode, url).toBe(401);
    }
  });

  it('tells loopback addresses from others', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].map(isLoopback)).toEqual([true, true, true, true]);
    expect(['0.0.0.0', '::', '10.0.0.1', '1270.0.0.1', '127.0.0.1.com'].map(isLoopback)).toEqual(
      Array(5).fill(false),
    );
  });
});

describe('wrong keys', () => {
  it('are refused for a while when many came, with a time to try again, and counted', async () => {
    const { server, counters } = await startReceiver({ host: '127.0.0.1', key, now: () => 1_000 });
    const ask = (authorization?: string, url = '/api/stats') =>
      server.inject({ url, headers: { host: '127.0.0.1', ...(authorization && { authorization }) } });
    for (let time = 0; time < 30; time++) expect((await ask(`Bearer wrong ${time}`)).statusCode).toBe(401);
    const refused = await ask('Bearer wrong again');
    expect(refused.statusCode).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(refused.json()).toMatchObject({ code: 'too_many_wrong_keys' });
    expect(counters.refused).toMatchObject({ unauthenticated: 30, too_many_wrong_keys: 1 });
    // A browser that was not asked for a key yet still is.
    const asked = await ask();
    expect([asked.statusCode, asked.headers['www-authenticate'] !== undefined]).toEqual([401, true]);
    expect((await ask(undefined, '/healthz')).statusCode).toBe(200);
  });
});
