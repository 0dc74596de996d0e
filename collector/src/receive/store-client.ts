import { request as httpRequest, type IncomingMessage } from 'node:http';
import { SextantError } from '../errors.ts';

/** Asks the store process over its socket. */
export interface StoreClient {
  /** @throws SextantError store_unavailable */
  forward(request: StoreRequest): Promise<IncomingMessage>;
  /** The JSON answer of a GET. @throws SextantError store_unavailable */
  getJson(path: string): Promise<unknown>;
}

export interface StoreRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: Buffer | undefined;
  readonly content_type?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const answer_bytes_max = 1024 * 1024;

export function connectStore(socket_path: string): StoreClient {
  const forward = (request: StoreRequest) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = httpRequest({
        socketPath: socket_path,
        method: request.method,
        path: request.path,
        headers: {
          ...(request.content_type === undefined ? {} : { 'content-type': request.content_type }),
          ...(request.body === undefined ? {} : { 'content-length': request.body.length }),
        },
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      outgoing.on('response', resolve);
      outgoing.on('error', (cause) => reject(new SextantError('store_unavailable', undefined, { cause })));
      outgoing.end(request.body);
    });
  return {
    forward,
    async getJson(path) {
      const response = await forward({ method: 'GET', path, signal: AbortSignal.timeout(5_000) });
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
