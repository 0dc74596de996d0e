import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** The parts of OTLP/JSON the tests look at. */
interface SinkSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface OtlpSink {
  readonly url: string;
  readonly spans: SinkSpan[];
  /** Bodies as received, decompressed. */
  readonly bodies: string[];
  readonly requests: { readonly path: string | undefined; readonly headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

type Answer = (response: ServerResponse, attempt: number) => void;

const accept: Answer = (response) => response.end('{}');

/** A collector that keeps everything in memory; `answer` decides what the sender is told. */
export async function startOtlpSink({ answer = accept, port = 0 } = {}): Promise<OtlpSink> {
  const spans: SinkSpan[] = [];
  const bodies: string[] = [];
  const requests: OtlpSink['requests'] = [];
  const server = createServer(async (request, response) => {
    requests.push({ path: request.url, headers: request.headers });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
    bodies.push(body);
    response.on('finish', () => {
      if (response.statusCode === 200) spans.push(...spansOf(body));
    });
    answer(response, requests.length);
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    requests,
    close: () => close(server),
  };
}

export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

export function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function spansOf(body: string): SinkSpan[] {
  const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: WireSpan[] }[] }[] };
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        ...span,
        attributes: Object.fromEntries(
          span.attributes.map(({ key, value }) => [key, Object.values(value)[0]]),
        ),
      })),
    ),
  );
}

interface WireSpan extends Omit<SinkSpan, 'attributes'> {
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}
