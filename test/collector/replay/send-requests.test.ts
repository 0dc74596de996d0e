import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TraceRequest } from '../../../collector/src/replay/otlp.ts';
import { type SendResult, sendRequests } from '../../../collector/src/replay/send-requests.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

async function serve(answer: Answer): Promise<string> {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    answer(request, response, gunzipSync(Buffer.concat(chunks)).toString('utf8'));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function requestOf(spans: number): TraceRequest {
  const span = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    name: 's',
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  };
  return { resourceSpans: [{ scopeSpans: [{ spans: Array.from({ length: spans }, () => span) }] }] };
}

const ok = (response: ServerResponse, body: unknown = {}) =>
  response.writeHead(200).end(JSON.stringify(body));

describe('sendRequests', () => {
  it('posts each signal to its path and counts its items', async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      const field = request.url === '/v1/logs' ? 'rejectedLogRecords' : 'rejectedDataPoints';
      ok(response, { partialSuccess: { [field]: '1' } });
    });
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{}, {}] }] }] };
    const gauge = { dataPoints: [{}, {}, {}] };
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'load', gauge }] }] }] };
    const result = await sendRequests({ url, requests: [logs, metrics], concurrency: 1 });
    expect(paths).toEqual(['/v1/logs', '/v1/metrics']);
    expect(result).toEqual({ accepted: 3, rejected: 2, failed: 0, last_error: null });
  });

  it('posts OTLP JSON with the key and counts the spans', async () => {
    const seen: {
      path: string | undefined;
      type: string | undefined;
      key: string | undefined;
      body: unknown;
    }[] = [];
    const url = await serve((request, response, body) => {
      const { 'content-type': type, authorization: key } = request.headers;
      seen.push({ path: request.url, type, key, body: JSON.parse(body) });
      ok(response);
    });
    const progress: SendResult[] = [];
    const result = await sendRequests({
      url,
      key: 'secret',
      requests: [requestOf(2), requestOf(3)],
      concurrency: 1,
      onProgress: (sent) => progress.push(sent),
    });
    expect(result).toEqual({ accepted: 5, rejected: 0, failed: 0, last_error: null });
    expect(progress.map((sent) => sent.accepted)).toEqual([2, 5]);
    expect(seen[0]).toEqual({
      path: '/v1/traces',
      type: 'application/json',
      key: 'Bearer secret',
      body: requestOf(2),
    });
  });

  it('counts spans that were rejected one by one', async () => {
    const url = await serve((_request, response) =>
      ok(response, { partialSuccess: { rejectedSpans: '2', errorMessage: 'bad' } }),
    );
    expect(await sendRequests({ url, requests: [requestOf(5)] })).toMatchObject({
      accepted: 3,
      rejected: 2,
      failed: 0,
    });
  });

  it.each([429, 502, 503, 504])('sends again after %d, when the collector says', async (status) => {
    let attempts = 0;
    const url = await serve((_request, response) => {
      attempts++;
      if (attempts < 3) response.writeHead(status, { 'retry-after': '0' }).end();
      else ok(response);
    });
    expect(await sendRequests({ url, requests: [requestOf(1)] })).toMatchObject({ accepted: 1, failed: 0 });
    expect(attempts).toBe(3);
  });

  it('sends again after a lost connection', async () => {
    let attempts = 0;
    const url = await serve((request, response) => {
      attempts++;
      if (attempts === 1) request.socket.destroy();
      else ok(response);
    });
    expect(await sendRequests({ url, requests: [requestOf(1)] })).toMatchObject({ accepted: 1 });
    expect(attempts).toBe(2);
  });

  it.each([400, 401, 413, 500])(
    'gives a request up at once after %d and goes on with the others',
    async (status) => {
      let attempts = 0;
      const url = await serve((_request, response, body) => {
        attempts++;
        if (body.length > 200) response.writeHead(status).end('no');
        else ok(response);
      });
      const result = await sendRequests({ url, requests: [requestOf(9), requestOf(1)] });
      expect(result).toEqual({ accepted: 1, rejected: 0, failed: 9, last_error: `HTTP ${status}: no` });
      expect(attempts).toBe(2);
    },
  );

  it('gives up after a number of attempts', async () => {
    let attempts = 0;
    const url = await serve((_request, response) => {
      attempts++;
      response.writeHead(503, { 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }).end('full');
    });
    expect(await sendRequests({ url, requests: [requestOf(4)] })).toMatchObject({
      accepted: 0,
      failed: 4,
      last_error: 'HTTP 503: full',
    });
    expect(attempts).toBe(6);
  });

  it('keeps to the number of requests under way', async () => {
    let under_way = 0;
    let most = 0;
    const url = await serve((_request, response) => {
      under_way++;
      most = Math.max(most, under_way);
      setTimeout(() => {
        under_way--;
        ok(response);
      }, 10);
    });
    async function* requests() {
      for (let i = 0; i < 12; i++) yield requestOf(1);
    }
    expect(await sendRequests({ url, requests: requests(), concurrency: 3 })).toMatchObject({ accepted: 12 });
    expect(most).toBe(3);
  });

  it('stops with the reason of its signal, also while it waits', async () => {
    const controller = new AbortController();
    const url = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': '20' }).end();
      setTimeout(() => controller.abort(new Error('enough')), 20);
    });
    await expect(sendRequests({ url, requests: [requestOf(1)], signal: controller.signal })).rejects.toThrow(
      'enough',
    );
  });
});
