import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { eventually, startCollector } from '../support/collector.ts';
import { temporaryFolder } from '../support/folder.ts';

const secrets = {
  SEXTANT_KEY: 'the-key-of-the-collector',
  SEXTANT_EMBED_KEY: 'the-key-of-the-embeddings',
  SEXTANT_WEBHOOK_SECRET: `whsec_${Buffer.from('the secret that signs webhooks').toString('base64')}`,
};
const wrong_key = 'sx_0123456789ab_a-wrong-key-somebody-sent';

function expectNoSecret(text: string, where: string): void {
  for (const secret of [...Object.values(secrets), wrong_key]) {
    expect(text.includes(secret), `${where} tells ${secret}`).toBe(false);
    expect(text.includes(Buffer.from(`me:${secret}`).toString('base64')), where).toBe(false);
  }
}

it('no secret is in what the collector logs, answers or shows', async () => {
  const environment = {
    ...secrets,
    SEXTANT_EMBED_URL: 'http://127.0.0.1:9/v1/embeddings',
    SEXTANT_WEBHOOK_URL: 'http://127.0.0.1:9/hook',
    SEXTANT_DRIFT_INTERVAL_MS: '50',
  };
  const collector = await startCollector({ data: temporaryFolder(), environment });
  const ask = async (path: string, key: string, init: RequestInit = {}) => {
    const authorization =
      path.length % 2 ? `Bearer ${key}` : `Basic ${Buffer.from(`me:${key}`).toString('base64')}`;
    const headers = { 'content-type': 'application/json', authorization };
    const response = await fetch(collector.url + path, { ...init, headers });
    return JSON.stringify([...response.headers]) + (await response.text());
  };
  const key = secrets.SEXTANT_KEY;
  const telemetry = { method: 'POST', body: JSON.stringify(chat) };
  expect(await ask('/v1/traces', key, telemetry)).toContain('{}');
  // A part that uses a secret fails, and says so.
  await eventually(async () => collector.said().includes('error'), collector.said);

  const { paths } = JSON.parse((await ask('/api/openapi.json', key)).replace(/^.*?\]\]/, '')) as {
    paths: Record<string, object>;
  };
  expect(Object.keys(paths).length).toBeGreaterThan(5);
  for (const path of [
    ...Object.keys(paths),
    '/metrics',
    '/',
    '/healthz',
    '/readyz',
    '/api/stats',
    '/nothing',
    '/%zz',
  ]) {
    for (const method of ['GET', 'POST', 'PUT']) {
      const body = method === 'GET' ? {} : { body: '{"sql": "not SQL at all"' };
      expectNoSecret(await ask(path, key, { method, ...body }), `${method} ${path}`);
      expectNoSecret(await ask(path, wrong_key, { method, ...body }), `${method} ${path} with a wrong key`);
    }
  }
  expect(await collector.stop()).toBe(0);
  expectNoSecret(collector.said(), 'the log');
});

it.each([
  { SEXTANT_WEBHOOK_SECRET: 'no-secret-of-ours', SEXTANT_WEBHOOK_URL: 'https://example.org/hook' },
  { SEXTANT_KEY: 'a-key', SEXTANT_PORT: 'no-number' },
  { SEXTANT_KEY: 'a-key', SEXTANT_STORE: 'nonsense' },
])('a start that fails does not print them either: %j', (environment) => {
  const program = fileURLToPath(new URL('../../collector/src/main.ts', import.meta.url));
  const options = ['--conditions=@sextant/source', '--disable-warning=ExperimentalWarning'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, program, 'serve'], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, SEXTANT_PORT: '0', SEXTANT_DATA: temporaryFolder(), ...environment },
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain('sextant: ');
  expect(stdout + stderr).not.toMatch(/no-secret-of-ours|a-key/);
});

const now_ns = `${Date.now() - 60_000}000000`;
const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: 'a question' }] }]);
const chat = {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              name: 'chat',
              startTimeUnixNano: now_ns,
              endTimeUnixNano: now_ns,
              attributes: [
                { key: 'gen_ai.operation.name', value: { stringValue: 'chat' } },
                { key: 'gen_ai.input.messages', value: { stringValue: messages } },
              ],
            },
          ],
        },
      ],
    },
  ],
};
