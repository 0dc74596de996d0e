import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Behaviour =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Takes the request and never answers. */
  | 'hang'
  /** Answers 200, begins a body and never ends it. */
  | 'hang-in-body'
  /** Closes the connection without an answer. */
  | 'drop'
  /** Answers 500 and closes the connection in the middle of the body. */
  | 'drop-in-body'
  /** Answers with something that is not HTTP. */
  | 'garbage'
  /** Answers 200 with a body that never ends. */
  | 'endless'
  /** Answers 500 with a body that never ends. */
  | 'endless-error';

export interface Receiver {
  readonly url: string;
  /** Everything received so far, in order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  /** What the next requests meet, one each; the last holds for all that follow. */
  behave(...behaviours: readonly Behaviour[]): void;
  /** Resolves when at least `count` requests have come. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** A webhook receiver on a free port of the loopback address that misbehaves on demand; answers 204 at first. */
export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  let behaviours: readonly Behaviour[] = [{ status: 204 }];

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (body === null) return;
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    const behaviour = behaviours[0] ?? { status: 204 };
    if (behaviours.length > 1) behaviours = behaviours.slice(1);
    act(behaviour, request, response);
    for (const check of waiting) check();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    requests,
    behave: (...next) => {
      behaviours = next;
    },
    received: (count) =>
      new Promise((resolve) => {
        const check = () => {
          if (requests.length < count) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    // The sender went away before its request was complete: there is nothing to record and nobody to answer.
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function act(behaviour: Behaviour, request: IncomingMessage, response: ServerResponse): void {
  if (typeof behaviour === 'object') {
    response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
  } else if (behaviour === 'hang-in-body') {
    response.writeHead(200).write('so far so good');
  } else if (behaviour === 'drop') {
    request.socket.destroy();
  } else if (behaviour === 'drop-in-body') {
    response.writeHead(500, { 'content-length': '1000' }).write('half an', () => request.socket.destroy());
  } else if (behaviour === 'garbage') {
    request.socket.end('220 smtp.example.org ready\r\n');
  } else if (behaviour !== 'hang') {
    response.writeHead(behaviour === 'endless' ? 200 : 500);
    pour(response);
  }
}

function pour(response: ServerResponse): void {
  const chunk = 'x'.repeat(16 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
