import { once } from 'node:events';
import { connect } from 'node:net';
import * as grpc from '@grpc/grpc-js';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type ErrorCode, errors, SextantError } from '../../../../collector/src/errors.ts';
import type { Journal } from '../../../../collector/src/journal/journal.ts';
import { exportService } from '../../../../collector/src/receive/grpc/export-service.ts';
import { startGrpc } from '../../../../collector/src/receive/grpc/server.ts';
import type { Tls } from '../../../../collector/src/receive/tls.ts';
import { makeCertificate } from '../../../support/certificate.ts';
import { traceRequest } from '../../../support/protobuf.ts';
import { startReceiver } from '../../../support/receiver.ts';
import { eventually } from '../../../support/spawn-collector.ts';
import { readResponse, readStatus } from '../support/messages.ts';
import { one_item, type Signal, signals } from '../support/requests.ts';
import { journalled } from '../support/send.ts';

type Given = Parameters<typeof startReceiver>[0] & { readonly tls?: Tls };

async function start(given: Given = {}) {
  const receiver = await startReceiver(given);
  const { access, intake, log } = receiver;
  const tls = given.tls ?? null;
  const server = await startGrpc({ host: '127.0.0.1', grpc_port: 0, access, intake, tls, log });
  if (!server) throw new Error('gRPC is off.');
  onTestFinished(() => server.close());
  return { ...receiver, server, port: server.port };
}

type Called = {
  code: grpc.status;
  message: string;
  body: Buffer;
  details: ReturnType<typeof readStatus> | null;
};

interface CallOptions {
  readonly signal?: Signal;
  readonly metadata?: Record<string, string>;
  readonly gzip?: boolean;
  readonly credentials?: grpc.ChannelCredentials;
}

/** One Export call of a client that is not ours. */
async function call(port: number, body: Buffer, options: CallOptions = {}): Promise<Called> {
  const {
    signal = 'traces',
    metadata = {},
    gzip = false,
    credentials = grpc.credentials.createInsecure(),
  } = options;
  const Client = grpc.makeGenericClientConstructor(exportService(signal), signal);
  const client = new Client(`127.0.0.1:${port}`, credentials, {
    'grpc.default_compression_algorithm': gzip
      ? grpc.compressionAlgorithms.gzip
      : grpc.compressionAlgorithms.identity,
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
    'grpc.ssl_target_name_override': 'localhost',
  });
  const sent = new grpc.Metadata();
  for (const [name, value] of Object.entries(metadata)) sent.set(name, value);
  try {
    return await new Promise((resolve) => {
      const done = (error: grpc.ServiceError | null, response?: Buffer) => {
        const bytes = error?.metadata.get('grpc-status-details-bin')[0];
        resolve({
          code: error?.code ?? grpc.status.OK,
          message: error?.details ?? '',
          body: response ?? Buffer.alloc(0),
          details: bytes === undefined ? null : readStatus(Buffer.from(bytes), 'application/x-protobuf'),
        });
      };
      (client as unknown as Record<string, (...args: unknown[]) => void>)['Export']?.(body, sent, done);
    });
  } finally {
    client.close();
  }
}

const retry_info = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo' }];

describe.each(signals)('%s over gRPC', (signal) => {
  it('are acknowledged when they are in the journal', async () => {
    const receiver = await start();
    expect(await call(receiver.port, one_item[signal], { signal })).toMatchObject({ code: grpc.status.OK });
    expect(await journalled(receiver)).toMatchObject([
      { signal, encoding: 'identity', content_type: 'protobuf', tenant: 'default', body: one_item[signal] },
    ]);
    expect(receiver.counters.signals[signal]).toMatchObject({ accepted: 1, rejected: 0 });
    await eventually(async () => receiver.intake.admission.inFlightBytes() === 0);
  });

  it('are taken with gzip, and empty', async () => {
    const receiver = await start();
    expect(await call(receiver.port, one_item[signal], { signal, gzip: true })).toMatchObject({
      code: grpc.status.OK,
    });
    expect(await call(receiver.port, Buffer.alloc(0), { signal })).toMatchObject({
      code: grpc.status.OK,
      body: Buffer.alloc(0),
    });
    expect(await journalled(receiver)).toMatchObject([{ body: one_item[signal] }]);
  });
});

describe('answers', () => {
  it('name the spans that were refused in a partial success', async () => {
    const receiver = await start();
    const answer = await call(receiver.port, traceRequest({ name: 'good' }, { span_id: '' }));
    expect(answer.code).toBe(grpc.status.OK);
    expect(readResponse('traces', answer.body)).toMatchObject({ partialSuccess: { rejectedSpans: '1' } });
    expect(receiver.counters.signals.traces).toMatchObject({ accepted: 1, rejected: 1 });
  });

  it('call what cannot be decoded INVALID_ARGUMENT, with BadRequest', async () => {
    const receiver = await start();
    const answer = await call(receiver.port, Buffer.from([0x0a, 0xff, 0xff, 0xff]));
    expect(answer).toMatchObject({ code: grpc.status.INVALID_ARGUMENT, details: { code: 3 } });
    expect(answer.details?.details).toMatchObject([{ '@type': 'type.googleapis.com/google.rpc.BadRequest' }]);
    expect(await journalled(receiver)).toEqual([]);
  });

  it.each([
    ['storage_unavailable', grpc.status.UNAVAILABLE, retry_info],
    ['overloaded', grpc.status.UNAVAILABLE, retry_info],
    ['rate_limited', grpc.status.RESOURCE_EXHAUSTED, retry_info],
    ['too_large', grpc.status.RESOURCE_EXHAUSTED, []],
    ['internal', grpc.status.INTERNAL, []],
  ] as const)('map %s', async (code: ErrorCode, status, details) => {
    const journal = {
      append: () => Promise.reject(new SextantError(code)),
      close: async () => undefined,
    } as unknown as Journal;
    const receiver = await start({ journal });
    const answer = await call(receiver.port, one_item.traces);
    expect(answer).toMatchObject({ code: status, message: errors[code].message });
    expect(answer.details?.details).toMatchObject(details);
    expect(receiver.counters.refused).toEqual({ [code]: 1 });
  });

  it('refuse what is larger than the limit for good: RESOURCE_EXHAUSTED without RetryInfo', async () => {
    const { port, intake } = await start({ body_bytes_max: 100_000 });
    for (const gzip of [false, true]) {
      const answer = await call(port, Buffer.alloc(100_001), { gzip });
      expect(answer).toMatchObject({ code: grpc.status.RESOURCE_EXHAUSTED, details: null });
    }
    await eventually(async () => intake.admission.inFlightBytes() === 0);
  });
});

describe('credentials', () => {
  const key = 'a-key-of-some-length';

  it('are asked for as on HTTP', async () => {
    const { port } = await start({ key });
    expect(await call(port, one_item.traces)).toMatchObject({ code: grpc.status.UNAUTHENTICATED });
    const wrong = { metadata: { authorization: 'Bearer wrong' } };
    expect(await call(port, one_item.traces, wrong)).toMatchObject({ code: grpc.status.UNAUTHENTICATED });
    const right = { metadata: { authorization: `Bearer ${key}` } };
    expect(await call(port, one_item.traces, right)).toMatchObject({ code: grpc.status.OK });
  });

  it('count as wrong by the address they come from, as on HTTP', async () => {
    const { port, access } = await start({ key, now: () => 1_000 });
    for (let time = 0; time < 30; time++) access.authenticate('Bearer wrong', '127.0.0.1');
    const wrong = { metadata: { authorization: 'Bearer wrong' } };
    expect(await call(port, one_item.traces, wrong)).toMatchObject({
      code: grpc.status.RESOURCE_EXHAUSTED,
      message: expect.stringContaining('wrong key'),
      details: { details: [{ retryDelay: { seconds: '59' } }] },
    });
    expect(await call(port, one_item.traces)).toMatchObject({ code: grpc.status.UNAUTHENTICATED });
  });

  it('decide the tenant and need the scope ingest', async () => {
    const access = {
      authenticate: (authorization: string | undefined) => ({
        tenant: 'acme',
        scopes: new Set([authorization === 'Bearer reader' ? ('read' as const) : ('ingest' as const)]),
        actor: 'k1',
      }),
      isKeyAsked: () => true,
      close: () => undefined,
    };
    const receiver = await startReceiver();
    const server = await startGrpc({ ...receiver, host: '127.0.0.1', grpc_port: 0, access, tls: null });
    onTestFinished(() => server?.close());
    const port = server?.port as number;
    const reader = { metadata: { authorization: 'Bearer reader' } };
    expect(await call(port, one_item.traces, reader)).toMatchObject({ code: grpc.status.PERMISSION_DENIED });
    expect(await call(port, one_item.traces, { metadata: { 'x-tenant': 'other' } })).toMatchObject({
      code: grpc.status.OK,
    });
    expect(await journalled(receiver)).toMatchObject([{ tenant: 'acme' }]);
  });
});

describe('limits', () => {
  it('refuse a tenant that sends more than it may, and say when to come again', async () => {
    const { port } = await start({ tenant_requests_per_second: 1 });
    const answers = [];
    for (let sent = 0; sent < 11; sent++) answers.push(await call(port, one_item.traces));
    expect(answers.filter(({ code }) => code === grpc.status.OK)).toHaveLength(10);
    expect(answers.at(-1)).toMatchObject({
      code: grpc.status.RESOURCE_EXHAUSTED,
      details: { details: retry_info },
    });
  });

  it('refuse a call where too much is under way', async () => {
    const { port, intake } = await start({ in_flight_bytes_max: 5_000_000 });
    const lease = intake.admission.admit({ tenant: 'other', announced_bytes: 4_900_000 });
    expect(await call(port, one_item.traces)).toMatchObject({
      code: grpc.status.UNAVAILABLE,
      details: { details: retry_info },
    });
    lease.release();
    expect(await call(port, one_item.traces)).toMatchObject({ code: grpc.status.OK });
  });

  it('cut off a message that does not arrive', async () => {
    const { port, intake } = await start({ body_timeout_ms: 100 });
    const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    onTestFinished(() => client.close());
    const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
    const asIs = (bytes: Buffer) => bytes;
    // A stream whose message is never sent.
    const stream = client.makeClientStreamRequest(path, asIs, asIs, () => undefined);
    const [status] = await once(stream, 'status');
    expect(status).toMatchObject({ code: grpc.status.UNAVAILABLE });
    await eventually(async () => intake.admission.inFlightBytes() === 0);
  });

  it('close connections beyond the most', async () => {
    const { port, intake, counters } = await start({ connections_max: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    await eventually(async () => intake.connections.open() === 1);
    const second = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(second, 'close');
    expect(counters.connections_dropped).toBe(1);
    first.destroy();
  });
});

describe('the listener', () => {
  it('is off where no port is given', async () => {
    const { access, intake, log } = await startReceiver();
    expect(
      await startGrpc({ host: '127.0.0.1', grpc_port: null, access, intake, tls: null, log }),
    ).toBeNull();
  });

  it('says that its port is taken', async () => {
    const { port, access, intake, log } = await start();
    const second = startGrpc({ host: '127.0.0.1', grpc_port: port, access, intake, tls: null, log });
    await expect(second).rejects.toMatchObject({
      code: 'startup_failed',
      message: expect.stringContaining('SEXTANT_GRPC_PORT'),
    });
  });

  it('speaks TLS with the same files, and takes a renewed certificate', async () => {
    const [first, second] = [makeCertificate('first'), makeCertificate('second')];
    let renew: Parameters<Tls['onRenewed']>[0] = () => undefined;
    const tls: Tls = {
      context: () => first,
      onRenewed: (listener) => {
        renew = listener;
      },
      renew: async () => undefined,
      close: () => undefined,
    };
    const { port } = await start({ tls });
    const trusting = (cert: string) => ({ credentials: grpc.credentials.createSsl(Buffer.from(cert)) });
    expect(await call(port, one_item.traces, trusting(first.cert))).toMatchObject({ code: grpc.status.OK });
    renew(second);
    expect(await call(port, one_item.traces, trusting(second.cert))).toMatchObject({ code: grpc.status.OK });
    expect(await call(port, one_item.traces, trusting(first.cert))).toMatchObject({
      code: grpc.status.UNAVAILABLE,
    });
  });

  it('answers what is under way before it ends', async () => {
    const disk = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    const journal = {
      append: () => {
        reached.resolve();
        return disk.promise;
      },
      close: async () => undefined,
    } as unknown as Journal;
    const { port, server } = await start({ journal });
    const answer = call(port, one_item.traces);
    await reached.promise;
    const closed = server.close();
    disk.resolve();
    expect(await answer).toMatchObject({ code: grpc.status.OK });
    await closed;
    expect(await call(port, one_item.traces)).toMatchObject({ code: grpc.status.UNAVAILABLE });
  });
});
