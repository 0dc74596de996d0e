import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port nobody listens on, for what must be told its port before it starts. It lies below the ports that systems give
 * to outgoing connections and to who asks for any, so that nobody gets it by chance before it is used.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
  throw new Error('No port of a hundred was free.');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
