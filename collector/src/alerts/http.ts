import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SextantError } from '../errors.ts';
import {
  type BlockReason,
  createDestinations,
  type DestinationOptions,
  type Destinations,
} from './destination.ts';
import type { Outcome } from './outcome.ts';

const ANSWER_BYTES_MAX = 64 * 1024;
const REASON_CHARACTERS_MAX = 200;

/** What every channel that speaks HTTP sends with; which addresses it may reach is the operator's to say. */
export interface HttpClient {
  /**
   * Reads the address of a channel.
   * @throws SextantError bad_request for anything but an address of http or https; destination_blocked
   */
  readUrl(text: unknown): URL;
  /**
   * Judges an address before it is saved, what its name stands for included. Connects to nothing.
   * @throws SextantError bad_request, destination_blocked
   */
  checkDestination(url: unknown): Promise<void>;
  /**
   * Posts once. Never throws, follows no redirect, reads the answer up to a limit, and ends within `timeout_ms`.
   * An address that is blocked has failed, with the code at the start of the reason.
   */
  post(message: Post): Promise<Outcome>;
  /** Addresses that were refused since the process started, by reason. */
  blocked(): Readonly<Record<BlockReason, number>>;
}

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeout_ms: number;
}

/**
 * @param options what SEXTANT_ALERT_ALLOW holds, and the address of SEXTANT_WEBHOOK_URL
 * @throws SextantError bad_request for an entry that is no host
 */
export function createHttpClient(options: DestinationOptions): HttpClient {
  const destinations = createDestinations(options);
  return {
    readUrl: destinations.read,
    async checkDestination(url) {
      await destinations.check(url);
    },
    post: (message) => post(message, destinations),
    blocked: destinations.counts,
  };
}

async function post(message: Post, destinations: Destinations): Promise<Outcome> {
  const signal = AbortSignal.timeout(message.timeout_ms);
  try {
    destinations.read(message.url.href);
    const response = await open(message, destinations, signal);
    const status = response.statusCode ?? 0;
    const text = await readStart(response);
    return { ...resultOf(status, text, response.headers['retry-after']), status };
  } catch (error) {
    const blocked = error instanceof SextantError ? error : destinations.blockedError(error, message.url);
    if (blocked !== null) return { result: 'failed', reason: `${blocked.code}: ${blocked.message}` };
    const reason = signal.aborted ? `No answer within ${message.timeout_ms} ms.` : String(error);
    return { result: 'retry', reason };
  }
}

function open(
  { url, headers, body }: Post,
  destinations: Destinations,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const options = {
    method: 'POST',
    headers: { 'user-agent': 'sextant', ...headers },
    agent: destinations.agent(url),
    signal,
  };
  request(url, options, resolve).on('error', reject).end(body);
  return promise;
}

/** The status has come already and decides; an answer that breaks off or never ends is cut, not an error. */
async function readStart(response: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= ANSWER_BYTES_MAX) break;
    }
  } catch {
    chunks.push(Buffer.from(' (broken off)'));
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Source: Standard Webhooks 1.0.0, "Operational considerations": 2xx is success, 3xx failure, 410 gone. */
function resultOf(status: number, text: string, retry_after: string | undefined): Outcome {
  if (status >= 200 && status < 300) return { result: 'ok' };
  const said = text
    .replaceAll(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, REASON_CHARACTERS_MAX)
    .toWellFormed();
  const reason = said === '' ? `HTTP ${status}` : `HTTP ${status}: ${said}`;
  if (status !== 408 && status !== 429 && status < 500) return { result: 'failed', reason };
  const retry_after_ms = readRetryAfter(retry_after, Date.now());
  return retry_after_ms === null ? { result: 'retry', reason } : { result: 'retry', reason, retry_after_ms };
}

/**
 * Milliseconds until the time a Retry-After header names, as seconds or as an HTTP date; null for one that is
 * missing, unreadable or past. Source: RFC 9110, section 10.2.3.
 */
export function readRetryAfter(header: string | undefined, now_ms: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const wait_ms = /GMT$/.test(header) ? Date.parse(header) - now_ms : Number.NaN;
  return wait_ms > 0 ? wait_ms : null;
}
