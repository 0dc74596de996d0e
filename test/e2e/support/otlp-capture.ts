import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a sender made it, to be sent again elsewhere. */
export interface CapturedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Answers every trace request with success and keeps its bytes. */
export async function startCapture() {
  const requests: CapturedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
      const headers = {
        'content-type': type,
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
      };
      requests.push({ headers, body: Buffer.concat(chunks) });
      response.writeHead(200, { 'content-type': type });
      response.end(type.startsWith('application/json') ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
