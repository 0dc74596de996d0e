import { once } from 'node:events';
import { type AddressInfo, createServer, type Server as Listener, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Metadata, Server } from '@grpc/grpc-js';
import type { Access } from '../../access/access.ts';
import { SextantError } from '../../errors.ts';
import { signals } from '../../journal/record.ts';
import type { Log } from '../../log.ts';
import type { Intake } from '../intake.ts';
import type { Tls } from '../tls.ts';
import { admitCalls } from './admit-calls.ts';
import { exportService, handleExport } from './export-service.ts';
import { type GrpcLibrary, loadGrpc } from './library.ts';
import { createStatusOf } from './status.ts';

/** OTLP over gRPC, beside HTTP: the same keys, limits, journal and counts. */
export interface Grpc {
  readonly port: number;
  /** Answers what is under way, and ends. */
  close(): Promise<void>;
}

export interface GrpcParts {
  readonly host: string;
  /** Null where gRPC is off; 0 takes a free port. */
  readonly grpc_port: number | null;
  readonly access: Pick<Access, 'authenticate'>;
  readonly intake: Intake;
  /** Null where it is plain HTTP/2. */
  readonly tls: Tls | null;
  readonly log: Log;
}

/** @throws SextantError startup_failed */
export async function startGrpc(parts: GrpcParts): Promise<Grpc | null> {
  const { host, grpc_port, intake } = parts;
  if (grpc_port === null) return null;
  const library = await loadGrpc();
  const server = buildGrpcServer(library, parts);
  // The listener is ours, for its limit of connections and for certificates renewed while it runs.
  const injector = server.createConnectionInjector(library.ServerCredentials.createInsecure());
  const listener = createListener(parts, (socket) => injector.injectConnection(socket));
  intake.connections.watch(listener);
  await listen(listener, { host, port: grpc_port });
  const { port } = listener.address() as AddressInfo;
  parts.log.info({ host, port }, 'OTLP is served over gRPC.');
  return {
    port,
    async close() {
      listener.close();
      await shutDown(server);
    },
  };
}

function buildGrpcServer(library: GrpcLibrary, { access, intake, log }: GrpcParts): Server {
  const statusOf = createStatusOf({ library, counters: intake.counters, log });
  const tenants = new WeakMap<Metadata, string>();
  const interceptor = admitCalls({
    library,
    access,
    intake,
    statusOf,
    onAdmitted: (metadata, tenant) => tenants.set(metadata, tenant),
  });
  const server = new library.Server({
    interceptors: [interceptor],
    'grpc.max_receive_message_length': intake.body_bytes_max,
    'grpc.max_concurrent_streams': streams_max,
    'grpc.max_connection_idle_ms': idle_ms_max,
    'grpc.keepalive_time_ms': keepalive_ms,
  });
  const tenantOf = (metadata: Metadata) => tenants.get(metadata);
  for (const signal of signals) {
    const handler = handleExport({ signal, accept: intake.accept, tenantOf, statusOf });
    server.addService(exportService(signal), { Export: handler });
  }
  return server;
}

const streams_max = 100;
const idle_ms_max = 300_000;
const keepalive_ms = 60_000;

function createListener({ tls, intake }: GrpcParts, onConnection: (socket: Socket) => void): Listener {
  if (!tls) return createServer(onConnection);
  const options = { ...tls.context(), ALPNProtocols: ['h2'], handshakeTimeout: intake.body_timeout_ms };
  const listener = createTlsServer(options, onConnection);
  tls.onRenewed((context) => listener.setSecureContext(context));
  return listener;
}

async function listen(listener: Listener, address: { host: string; port: number }): Promise<void> {
  listener.listen(address);
  try {
    await once(listener, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    const detail = `Port ${address.port} of ${address.host} is taken; choose another in SEXTANT_GRPC_PORT.`;
    throw new SextantError('startup_failed', detail, { cause });
  }
}

/** Streams under way are answered; what is still open after the limit is cut off. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const limit = setTimeout(() => server.forceShutdown(), shutdown_ms_max);
    server.tryShutdown(() => {
      clearTimeout(limit);
      resolve();
    });
  });
}

const shutdown_ms_max = 10_000;
