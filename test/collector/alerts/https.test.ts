import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../support/certificate.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { local_http } from '../../support/local-http.ts';

const certificate = makeCertificate('a receiver');

async function startReceiver(): Promise<{ readonly url: string; readonly bodies: string[] }> {
  const bodies: string[] = [];
  const server = createServer(certificate, async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, bodies };
}

test('a receiver with a certificate that nobody vouches for gets nothing', async () => {
  const { url, bodies } = await startReceiver();
  const outcome = await local_http.post({ url: new URL(url), headers: {}, body: '{}', timeout_ms: 5000 });
  expect(outcome).toEqual({ result: 'retry', reason: expect.stringMatching(/self-signed certificate/) });
  expect(bodies).toEqual([]);
});

test('an authority of one’s own is trusted through NODE_EXTRA_CA_CERTS', async () => {
  const { url, bodies } = await startReceiver();
  const file = join(temporaryFolder(), 'authority.pem');
  writeFileSync(file, certificate.cert);
  const http = new URL('../../../collector/src/alerts/http.ts', import.meta.url).href;
  const program = `
    const { createHttpClient } = await import(${JSON.stringify(http)});
    const { post } = createHttpClient({ allow: '127.0.0.1' });
    const message = { url: new URL(${JSON.stringify(url)}), headers: {}, body: 'over TLS', timeout_ms: 5000 };
    process.stdout.write(JSON.stringify(await post(message)));`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await Promise.all([text(child.stdout), once(child, 'close')]);
  expect(JSON.parse(said)).toMatchObject({ result: 'ok' });
  expect(bodies).toEqual(['over TLS']);
});
