import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type Credential, default_tenant } from '../access/credential.ts';
import { forwardedHeaders } from '../access/forwarded.ts';
import { SextantError } from '../errors.ts';

/** Asks the store process over its socket. */
export interface StoreClient {
  /** @throws SextantError store_unavailable */
  forward(request: StoreRequest): Promise<IncomingMessage>;
  /** The JSON answer of a GET of the collector itself. @throws SextantError store_unavailable */
  getJson(path: string): Promise<unknown>;
}

export interface StoreRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Who asks. */
  readonly credential: Credential;
  readonly body?: Buffer | undefined;
  readonly content_type?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The collector itself, which asks for its own figures. */
const collector: Credential = { tenant: default_tenant, scopes: new Set(['read']), actor: 'collector' };

const answer_bytes_max = 1024 * 1024;

export function connectStore(socket_path: string): StoreClient {
  const forward = (request: StoreRequest) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath: socket_path,
        method: request.method,
        path: request.path,
        headers: {
          ...forwardedHeaders(request.credential),
          ...(request.content_type === undefined ? {} : { 'content-type': request.content_type }),
          ...(request.body === undefined ? {} : { 'content-length': request.body.length }),
        },
      });
      // The signal is not handed to the request: it would cling to the socket, which other requests use later.
      const giveUp = () => outgoing.destroy();
      request.signal?.addEventListener('abort', giveUp, { once: true });
      outgoing.on('close', () => request.signal?.removeEventListener('abort', giveUp));
      outgoing.on('response', resolve);
      outgoing.on('error', (cause) => reject(new SextantError('store_unavailable', undefined, { cause })));
      outgoing.end(request.body);
    });
  return {
    forward,
    async getJson(path) {
      const response = await forward({
        method: 'GET',
        path,
        credential: collector,
        signal: AbortSignal.timeout(5_000),
      });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > answer_bytes_max) throw new SextantError('store_unavailable', 'The answer is too large.');
        chunks.push(chunk);
      }
      if (response.statusCode !== 200) throw new SextantError('store_unavailable');
      return JSON.parse(Buffer.concat(chunks).toString());
    },
  };
}
