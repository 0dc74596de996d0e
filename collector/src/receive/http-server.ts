import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { SextantError } from '../errors.ts';
import type { Connections } from './connections.ts';
import { type Counters, countUp } from './counters.ts';
import { RetryLater } from './refusal.ts';
import { encodeStatus } from './status.ts';
import type { Tls } from './tls.ts';

export interface HttpServerOptions {
  /** Longest time for headers and body of one request. */
  readonly body_timeout_ms: number;
  /** Null where it is plain HTTP. */
  readonly tls: Tls | null;
  readonly connections: Connections;
  readonly counters: Counters;
}

/** Node's server with its limits: who is slow or sends what is not HTTP is cut off. */
export function createHttpServer(listener: RequestListener, options: HttpServerOptions): Server {
  const { body_timeout_ms, tls } = options;
  const limits = {
    requestTimeout: body_timeout_ms,
    headersTimeout: body_timeout_ms,
    connectionsCheckingInterval: Math.min(body_timeout_ms, checking_interval_ms_max),
    keepAliveTimeout: keep_alive_ms,
  };
  const server = tls
    ? createSecureServer({ ...limits, ...tls.context() }, listener)
    : createServer(limits, listener);
  if ('setSecureContext' in server) tls?.onRenewed((context) => server.setSecureContext(context));
  options.connections.watch(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (gone.has(error.code) || !socket.writable) socket.destroy();
    else refuse(socket, refusalOf(error), options.counters);
  });
  return server;
}

// The sender went away; who was reading its body says so.
const gone: ReadonlySet<string | undefined> = new Set(['ECONNRESET', 'HPE_INVALID_EOF_STATE']);
const checking_interval_ms_max = 5_000;
// Longer than the pause between two exports of a usual sender, so that its connection is there for the next.
const keep_alive_ms = 75_000;

function refusalOf(error: NodeJS.ErrnoException): SextantError {
  // Not 408: a sender of OTLP would not try again.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new RetryLater('overloaded', 1, 'The request took too long to arrive.');
  return new SextantError('bad_request', 'It is not HTTP/1.1, or its headers are too large.');
}

/** The headers could not be read, so the encoding of the request is not known. */
function refuse(socket: Duplex, error: SextantError, counters: Counters): void {
  countUp(counters.refused, error.code);
  const body = encodeStatus(error, 'json');
  const retry = error instanceof RetryLater ? [`retry-after: ${error.retry_after_s}`] : [];
  const head = [
    `HTTP/1.1 ${error.status} ${error.status === 503 ? 'Service Unavailable' : 'Bad Request'}`,
    'content-type: application/json',
    `content-length: ${body.length}`,
    ...retry,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
