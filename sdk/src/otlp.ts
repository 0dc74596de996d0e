import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { Sender, SendResult } from './queue.ts';

export interface OtlpOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

const compress = promisify(gzip);
/** Statuses after which the OTLP specification lets a sender try again. */
const RETRYABLE = new Set([429, 502, 503, 504]);
const ANSWER_CHARS_MAX = 64 * 1024;

/**
 * Sends spans to an OTLP/HTTP endpoint as gzipped JSON. One attempt a call: the queue decides about retries, so that
 * an application without a collector is not kept from exiting by a retry of the exporter.
 */
export function createOtlpSender(options: OtlpOptions): Sender {
  const secure = options.url.protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const request = secure ? httpsRequest : httpRequest;

  return {
    async send(spans: ReadableSpan[]): Promise<SendResult> {
      const json = JsonTraceSerializer.serializeRequest(spans);
      if (json === undefined)
        return { result: 'failed', reason: 'unencodable', detail: 'Spans could not be encoded.' };
      // The lowest level costs a sixth of the default one and still shrinks text to a fifth.
      const body = await compress(json, { level: constants.Z_BEST_SPEED });
      const headers = {
        ...options.headers,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        'content-length': body.byteLength,
        'user-agent': 'sextant-sdk-javascript',
      };
      const sending = request(options.url, { method: 'POST', agent, headers });
      return exchange(sending, body, options.timeoutMs);
    },
    close: () => agent.destroy(),
  };
}

function exchange(sending: ClientRequest, body: Buffer, timeoutMs: number): Promise<SendResult> {
  return new Promise((resolve) => {
    const retry = (reason: string) => resolve({ result: 'retry', detail: reason });
    const deadline = setTimeout(() => {
      retry(`No answer within ${timeoutMs} ms.`);
      sending.destroy();
    }, timeoutMs);
    // Neither the wait nor the connection keeps the application from exiting; a flush holds its own timer.
    deadline.unref();
    sending.on('socket', (socket) => socket.unref());
    sending.on('close', () => clearTimeout(deadline));
    sending.on('error', (error) => retry(error.message));
    sending.on('response', (response) => {
      response.on('error', (error) => retry(error.message));
      readAnswer(response, (answer) => resolve(resultOf(answer)));
    });
    sending.end(body);
  });
}

function readAnswer(response: IncomingMessage, done: (answer: Answer) => void): void {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    if (body.length < ANSWER_CHARS_MAX) body += chunk;
  });
  response.on('end', () => {
    done({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body });
  });
}

function resultOf({ status, retryAfter, body }: Answer): SendResult {
  if (status >= 200 && status < 300) return { result: 'ok', rejected: rejectedSpans(body) };
  const detail = `The collector answered ${status}: ${body.slice(0, 200)}`;
  if (!RETRYABLE.has(status)) return { result: 'failed', reason: 'rejected', detail };
  const seconds = Number(retryAfter);
  return Number.isFinite(seconds) && seconds > 0
    ? { result: 'retry', detail, afterMs: seconds * 1000 }
    : { result: 'retry', detail };
}

/** Spans a partial success refused; see `ExportTracePartialSuccess` of the OTLP specification. */
function rejectedSpans(body: string): number {
  const match = /"rejected_?[sS]pans"\s*:\s*"?(\d+)/.exec(body);
  return match === null ? 0 : Number(match[1]);
}
