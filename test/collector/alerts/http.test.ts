import { type AddressInfo, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRetryAfter } from '../../../collector/src/alerts/http.ts';
import { local_http } from '../../support/local-http.ts';

const now_ms = Date.UTC(2026, 10, 21, 12);

test('Retry-After in seconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), (seconds) => {
      expect(readRetryAfter(String(seconds), now_ms)).toBe(seconds * 1000);
    }),
    { seed: 1 },
  );
});

test('Retry-After as an HTTP date', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (seconds) => {
      const date = new Date(now_ms + seconds * 1000).toUTCString();
      expect(readRetryAfter(date, now_ms)).toBe(seconds * 1000);
    }),
    { seed: 2 },
  );
});

test('anything else is null or a time to come, never NaN', () => {
  expect(readRetryAfter(undefined, now_ms)).toBeNull();
  expect(readRetryAfter(new Date(now_ms - 1000).toUTCString(), now_ms)).toBeNull();
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `${text} GMT`),
      ),
      (header) => {
        const wait_ms = readRetryAfter(header, now_ms);
        expect(wait_ms === null || wait_ms >= 0).toBe(true);
      },
    ),
    { seed: 3 },
  );
});

describe('whatever answers, it ends in time and does not throw', () => {
  const http_head = 'HTTP/1.1 200 OK\r\n';

  /** Posts to a server that does to the connection what it is told. */
  async function postTo(scheme: 'http' | 'https', act: (socket: Socket) => void, timeout_ms = 300) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => act(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const began = performance.now();
    const outcome = await local_http.post({ url, headers: {}, body: '{}', timeout_ms });
    return { outcome, took_ms: performance.now() - began };
  }

  function drip(socket: Socket, text: string): void {
    const timer = setInterval(() => socket.write(text), 20);
    socket.on('close', () => clearInterval(timer));
  }

  test.each<[string, 'http' | 'https', (socket: Socket) => void]>([
    ['nothing at all', 'http', () => {}],
    ['headers that drip and never end', 'http', (socket) => drip(socket, 'HTTP/1.1'.charAt(0))],
    [
      'a status and then headers without end',
      'http',
      (socket) => socket.write(http_head) && drip(socket, 'a: b\r\n'),
    ],
    [
      'headers of a megabyte',
      'http',
      (socket) => socket.write(`${http_head}x: ${'y'.repeat(1_000_000)}\r\n\r\n`),
    ],
    ['a reset', 'http', (socket) => socket.resetAndDestroy()],
    ['an end', 'http', (socket) => socket.end()],
    ['a hundred without an answer', 'http', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
    ['garbage instead of TLS', 'https', (socket) => socket.write('220 smtp.example.org ready\r\n')],
    ['silence instead of TLS', 'https', () => {}],
    ['a reset in the middle of TLS', 'https', (socket) => socket.resetAndDestroy()],
    ['TLS that drips', 'https', (socket) => drip(socket, '\u0016')],
  ])('%s over %s is worth another attempt', async (_name, scheme, act) => {
    const { outcome, took_ms } = await postTo(scheme, act);
    expect(outcome).toEqual({ result: 'retry', reason: expect.any(String) });
    expect(took_ms).toBeLessThan(5_000);
  });

  test('a switch to another protocol is refused', async () => {
    const { outcome } = await postTo('http', (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'),
    );
    expect(outcome).toEqual({ result: 'failed', reason: 'HTTP 101', status: 101 });
  });

  test('a body that drips is cut at the time limit, and the status decides', async () => {
    const { outcome, took_ms } = await postTo('http', (socket) => {
      socket.write(`${http_head}transfer-encoding: chunked\r\n\r\n`);
      drip(socket, '1\r\nx\r\n');
    });
    expect(outcome).toEqual({ result: 'ok', status: 200 });
    expect(took_ms).toBeLessThan(5_000);
  });

  test('no more than 64 KB of an answer and a piece are read', async () => {
    let sent_bytes = 0;
    const { outcome } = await postTo(
      'http',
      (socket) => {
        socket.write('HTTP/1.1 400 Bad Request\r\ncontent-length: 1000000000\r\n\r\n');
        const chunk = Buffer.alloc(16 * 1024, 'x');
        const more = () => {
          while (!socket.destroyed && socket.write(chunk)) sent_bytes += chunk.length;
        };
        socket.on('drain', more);
        more();
      },
      10_000,
    );
    expect(outcome).toMatchObject({ result: 'failed', reason: expect.stringMatching(/^HTTP 400: x+$/) });
    // What the operating system holds on its way is not read by anybody.
    expect(sent_bytes).toBeLessThan(20 * 1024 * 1024);
  });

  test('a TLS alert is an error, not an answer', async () => {
    const outcome = await postTo('https', (socket) =>
      socket.end(Buffer.from('150301000202 28'.replace(' ', ''), 'hex')),
    );
    expect(outcome.outcome).toMatchObject({
      result: 'retry',
      reason: expect.stringMatching(/alert|SSL|EPROTO/i),
    });
  });
});
