import { once } from 'node:events';
import { connect } from 'node:net';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { traceRequest } from '../../support/protobuf.ts';
import { startReceiver } from '../../support/receiver.ts';
import { eventually } from '../../support/spawn-collector.ts';
import { converse, open, startListening } from './support/listening.ts';
import { readStatus } from './support/messages.ts';
import { one_item, protobuf } from './support/requests.ts';
import { journalled, send } from './support/send.ts';

const body = one_item.traces;

describe('size of a body', () => {
  it('is refused by Content-Length with 413 before anything is read', async () => {
    const listening = await startListening();
    const { answer } = open(listening, { 'content-length': 1_000_001 });
    const { status, headers, body: said } = await answer;
    expect(status).toBe(413);
    expect(headers['retry-after']).toBeUndefined();
    expect(readStatus(said, String(headers['content-type']))).toMatchObject({ code: 8, details: [] });
    expect(listening.intake.admission.inFlightBytes()).toBe(0);
  });

  it('is told to a sender that sends everything first, on a connection that stays', async () => {
    const listening = await startListening();
    const large = open(listening, { 'content-length': 8_000_000 });
    large.outgoing.end(Buffer.alloc(8_000_000));
    expect((await large.answer).status).toBe(413);
    await eventually(async () => Object.keys(listening.agent.freeSockets).length === 1);
    const next = open(listening);
    next.outgoing.end(body);
    expect((await next.answer).status).toBe(200);
    expect(next.outgoing.reusedSocket).toBe(true);
  });

  it('is refused with 413 where it comes in chunks', async () => {
    const listening = await startListening();
    const { outgoing, answer } = open(listening);
    for (let chunk = 0; chunk < 40; chunk++) outgoing.write(Buffer.alloc(100_000));
    outgoing.end();
    expect((await answer).status).toBe(413);
    expect(listening.counters.refused).toEqual({ too_large: 1 });
    await eventually(async () => listening.intake.admission.inFlightBytes() === 0);
  });

  it('may be the limit itself, before and after inflation', async () => {
    const name = 'x'.repeat(50_000);
    const exact = traceRequest({ name });
    const receiver = await startReceiver({ body_bytes_max: exact.length });
    expect((await send(receiver, { body: exact })).status).toBe(200);
    const headers = { ...protobuf, 'content-encoding': 'gzip' };
    expect((await send(receiver, { headers, body: gzipSync(exact) })).status).toBe(200);
    const longer = traceRequest({ name: `${name}x` });
    expect((await send(receiver, { body: longer })).status).toBe(413);
    expect((await send(receiver, { headers, body: gzipSync(longer) })).status).toBe(413);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['zstd', zstdCompressSync],
  ] as const)('is refused with 413 where %s inflates beyond it', async (encoding, compress) => {
    const receiver = await startReceiver();
    const headers = { ...protobuf, 'content-encoding': encoding };
    const answer = await send(receiver, { headers, body: Buffer.from(compress(Buffer.alloc(1_000_001))) });
    expect(answer.status).toBe(413);
    expect(readStatus(answer.body, answer.type)).toMatchObject({ code: 8, details: [] });
    expect(await journalled(receiver)).toEqual([]);
  });

  it('keeps memory flat under bombs of 1000:1, also those that lie about their size', async () => {
    const receiver = await startReceiver({ body_bytes_max: 16_000_000, in_flight_bytes_max: 100_000_000 });
    const member = gzipSync(Buffer.alloc(8_000_000));
    // Many members of 8 MB, where the last one's size is all that the end of the body tells: 800 MB from 0.8 MB.
    const bomb = Buffer.concat(Array.from({ length: 100 }, () => member));
    const headers = { ...protobuf, 'content-encoding': 'gzip' };
    const before = process.memoryUsage().rss;
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => send(receiver, { headers, body: bomb })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(413));
      // Inflated, each round would hold 6.4 GB.
      expect(process.memoryUsage().rss - before).toBeLessThan(600_000_000);
    }
    expect((await send(receiver, { body })).status).toBe(200);
  });
});

describe('bytes under way', () => {
  it('are refused by Content-Length beyond the budget, with 503 and Retry-After, until others are done', async () => {
    const listening = await startListening({ in_flight_bytes_max: 1_000_000 });
    const first = open(listening, { 'content-length': 600_000 });
    await eventually(async () => listening.intake.admission.inFlightBytes() === 600_000);
    const second = open(listening, { 'content-length': 600_000 });
    const refused = await second.answer;
    expect(refused.status).toBe(503);
    expect(refused.headers['retry-after']).toBe('1');
    expect(readStatus(refused.body, String(refused.headers['content-type'])).code).toBe(14);
    second.outgoing.destroy();
    first.outgoing.end(Buffer.alloc(600_000, 0x7a));
    expect((await first.answer).status).toBe(400);
    await eventually(async () => listening.intake.admission.inFlightBytes() === 0);
    const third = open(listening, { 'content-length': body.length });
    third.outgoing.end(body);
    expect((await third.answer).status).toBe(200);
  });

  it('are counted as they arrive where no size is announced', async () => {
    const listening = await startListening({ in_flight_bytes_max: 500_000 });
    const first = open(listening, { 'content-length': 300_000 });
    await eventually(async () => listening.intake.admission.inFlightBytes() === 300_000);
    const chunked = open(listening);
    chunked.outgoing.write(Buffer.alloc(100_000));
    await eventually(async () => listening.intake.admission.inFlightBytes() === 400_000);
    chunked.outgoing.end(Buffer.alloc(200_000));
    expect((await chunked.answer).status).toBe(503);
    first.outgoing.destroy();
    first.answer.catch(() => undefined);
    await eventually(async () => listening.intake.admission.inFlightBytes() === 0);
  });

  it('are given back when a sender goes away, which is no failure of ours', async () => {
    const listening = await startListening();
    const { outgoing, answer } = open(listening, { 'content-length': 500_000 });
    answer.catch(() => undefined);
    outgoing.write(Buffer.alloc(1_000));
    await eventually(async () => listening.intake.admission.inFlightBytes() === 500_000);
    outgoing.destroy();
    await eventually(async () => listening.intake.admission.inFlightBytes() === 0);
    expect(listening.counters.refused).toEqual({ bad_request: 1 });
    expect(listening.log.lines).toEqual([]);
  });
});

describe('rate of a tenant', () => {
  it('refuses requests beyond a burst of ten seconds with 429 and when to come again', async () => {
    const receiver = await startReceiver({ tenant_requests_per_second: 1 });
    const answers = [];
    for (let sent = 0; sent < 12; sent++) answers.push(await send(receiver, { body }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.at(-1);
    expect(refused?.status).toBe(429);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(receiver.counters.refused).toEqual({ rate_limited: 2 });
  });

  it('refuses bytes by Content-Length before they are read', async () => {
    const listening = await startListening({ tenant_bytes_per_second: 100 });
    const first = open(listening, { 'content-length': 1_000 });
    first.outgoing.end(Buffer.alloc(1_000));
    expect((await first.answer).status).toBe(400);
    const { answer } = open(listening, { 'content-length': 900 });
    const { status, headers } = await answer;
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(8);
  });

  it('does not count for requests that are refused before', async () => {
    const receiver = await startReceiver({ tenant_requests_per_second: 1 });
    for (let sent = 0; sent < 20; sent++)
      expect(
        (await send(receiver, { body, headers: { ...protobuf, 'content-type': 'text/plain' } })).status,
      ).toBe(415);
    expect((await send(receiver, { body })).status).toBe(200);
  });
});

describe('slow senders', () => {
  it('are told to come again and cut off where the body does not arrive', async () => {
    const { port, intake } = await startListening({ body_timeout_ms: 200 });
    const head =
      'POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{';
    const said = await converse(port, head);
    expect(said).toMatch(/^HTTP\/1\.1 503 /);
    expect(said).toContain('retry-after: 1');
    expect(readStatus(Buffer.from(said.slice(said.indexOf('\r\n\r\n') + 4)), 'application/json').code).toBe(
      14,
    );
    await eventually(async () => intake.admission.inFlightBytes() === 0);
  });

  it('are cut off where the headers do not arrive', async () => {
    const { port } = await startListening({ body_timeout_ms: 200 });
    expect(await converse(port, 'POST /v1/traces HTTP/1.1\r\nhost: 127')).toMatch(/^HTTP\/1\.1 503 /);
  });
});

describe('connections', () => {
  it('are closed at once beyond the limit', async () => {
    const { port, intake, counters } = await startListening({ connections_max: 2 });
    const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    await eventually(async () => intake.connections.open() === 2);
    const third = connect(port, '127.0.0.1');
    third.on('error', () => undefined);
    await once(third, 'close');
    expect(counters.connections_dropped).toBe(1);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => intake.connections.open() === 0);
  });

  it('that speak something else are answered with a Status', async () => {
    const { port, counters } = await startListening();
    const said = await converse(port, 'hello there\r\n\r\n');
    expect(said).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(readStatus(Buffer.from(said.slice(said.indexOf('\r\n\r\n') + 4)), 'application/json').code).toBe(
      3,
    );
    expect(counters.refused).toEqual({ bad_request: 1 });
  });
});
