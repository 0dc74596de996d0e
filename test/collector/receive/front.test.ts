import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectStore } from '../../../collector/src/receive/store-client.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { startReceiver } from '../../support/receiver.ts';

it('outlives answers of every kind, read or not, and goes on', async () => {
  const path = join(temporaryFolder(), 'store.sock');
  const store = createServer((request, response) => {
    if (request.method === 'DELETE') response.writeHead(204).end();
    else if (request.url === '/api/long') response.end(Buffer.alloc(1_000_000, 'x'));
    else if (request.url === '/api/cut') response.write('a part', () => response.destroy());
    else response.end('{}');
  });
  await new Promise<void>((resolve) => store.listen(path, resolve));
  onTestFinished(() => {
    store.closeAllConnections();
    store.close();
  });
  const { server } = await startReceiver({ store: connectStore(path) });
  onTestFinished(() => server.server.closeAllConnections());
  await server.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}/api`;
  for (let round = 0; round < 10; round++) {
    expect((await fetch(`${url}/thing`, { method: 'DELETE' })).status).toBe(204);
    expect((await (await fetch(`${url}/long`)).arrayBuffer()).byteLength).toBe(1_000_000);
    await (await fetch(`${url}/long`)).body?.cancel();
    await expect(fetch(`${url}/cut`).then((answer) => answer.text())).rejects.toThrow();
    expect(await (await fetch(`${url}/short`)).text()).toBe('{}');
  }
});
