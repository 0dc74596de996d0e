import { describe, expect, it } from 'vitest';
import { parseOrigins } from '../../../collector/src/receive/cors.ts';
import { startReceiver } from '../../support/receiver.ts';
import { host, one_item, protobuf, signals } from './support/requests.ts';
import { send } from './support/send.ts';

const origin = 'https://app.example';
const preflight = {
  host,
  origin,
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-encoding,content-type',
};
const cors_headers = (headers: object) =>
  Object.keys(headers).filter((name) => name.startsWith('access-control-'));

describe('CORS', () => {
  it('is off by default', async () => {
    const receiver = await startReceiver();
    const asked = await send(receiver, {
      method: 'OPTIONS',
      headers: { ...preflight, origin: `http://${host}` },
    });
    expect(asked.status).toBe(405);
    expect(cors_headers(asked.headers)).toEqual([]);
    const sent = await send(receiver, { headers: { ...protobuf, origin }, body: one_item.traces });
    expect(sent.status).toBe(403);
    expect(cors_headers(sent.headers)).toEqual([]);
  });

  it.each(signals)('lets a page of a named origin send %s', async (signal) => {
    const receiver = await startReceiver({ origins: [origin], key: 'k'.repeat(32) });
    const url = `/v1/${signal}`;
    const asked = await send(receiver, { method: 'OPTIONS', url, headers: preflight });
    expect(asked.status).toBe(204);
    expect(asked.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '7200',
      vary: 'Origin',
    });
    for (const name of ['authorization', 'content-type', 'content-encoding', 'traceparent'])
      expect(String(asked.headers['access-control-allow-headers']).split(', ')).toContain(name);
    const headers = { ...protobuf, origin, authorization: `Bearer ${'k'.repeat(32)}` };
    const sent = await send(receiver, { url, headers, body: one_item[signal] });
    expect(sent.status).toBe(200);
    expect(sent.headers).toMatchObject({ 'access-control-allow-origin': origin, vary: 'Origin' });
  });

  it('lets the page read why it was refused', async () => {
    const receiver = await startReceiver({ origins: [origin], key: 'k'.repeat(32) });
    const refused = await send(receiver, { headers: { ...protobuf, origin }, body: one_item.traces });
    expect(refused.status).toBe(401);
    expect(refused.headers['access-control-allow-origin']).toBe(origin);
    expect(refused.headers['access-control-expose-headers']).toBe('retry-after');
  });

  it.each([
    'https://evil.example',
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil',
    'null',
  ])('is not for %s', async (other) => {
    for (const given of [{}, { host: '0.0.0.0' }]) {
      const receiver = await startReceiver({ origins: [origin], ...given });
      const asked = await send(receiver, { method: 'OPTIONS', headers: { ...preflight, origin: other } });
      expect(asked.status).toBe(403);
      expect(cors_headers(asked.headers)).toEqual([]);
      const sent = await send(receiver, { headers: { ...protobuf, origin: other }, body: one_item.traces });
      expect(cors_headers(sent.headers)).toEqual([]);
    }
  });

  it.each(['/', '/api/stats', '/metrics', '/api/traces'])('is not for %s', async (url) => {
    const receiver = await startReceiver({ origins: [origin] });
    const asked = await send(receiver, { method: 'OPTIONS', url, headers: preflight });
    expect(asked.status).toBeGreaterThanOrEqual(400);
    expect(cors_headers(asked.headers)).toEqual([]);
    const read = await send(receiver, { method: 'GET', url, headers: { host, origin } });
    expect(read.status).toBe(403);
    expect(cors_headers(read.headers)).toEqual([]);
  });
});

describe('SEXTANT_CORS_ORIGINS', () => {
  it('names origins separated by commas', () => {
    expect(parseOrigins('')).toEqual([]);
    expect(parseOrigins('https://a.example, http://localhost:3000')).toEqual([
      'https://a.example',
      'http://localhost:3000',
    ]);
  });

  it.each([
    '*',
    'https://*.example',
    'https://a.example/',
    'a.example',
    'null',
    'https://A.example',
    'https://a.example:443',
  ])('refuses "%s", which no browser sends', (text) => {
    expect(() => parseOrigins(`https://ok.example,${text}`)).toThrow('exact origins');
  });
});
