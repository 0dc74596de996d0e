import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { SextantError } from '../errors.ts';
import type { Outcome } from './channels/channel.ts';

const ANSWER_BYTES_MAX = 16 * 1024;
const REASON_CHARACTERS_MAX = 200;

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeout_ms: number;
}

export interface Posted {
  /** Null when no answer came. */
  readonly status: number | null;
  /** What it means for the notification. */
  readonly outcome: Outcome;
}

/**
 * Posts once; shared by every channel that speaks HTTP. Never throws, follows no redirect, reads the answer up
 * to a limit, and ends within `timeout_ms`.
 */
export async function post(message: Post): Promise<Posted> {
  const signal = AbortSignal.timeout(message.timeout_ms);
  try {
    const response = await open(message, signal);
    const status = response.statusCode ?? 0;
    const text = await readStart(response);
    return { status, outcome: outcomeOf(status, text, response.headers['retry-after']) };
  } catch (error) {
    const reason = signal.aborted ? `No answer within ${message.timeout_ms} ms.` : String(error);
    return { status: null, outcome: { result: 'retry', reason } };
  }
}

/**
 * @throws SextantError bad_request for anything but an address of http or https
 */
export function readUrl(text: unknown): URL {
  const url = typeof text === 'string' ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new SextantError('bad_request', 'The address of a channel must begin with http:// or https://.');
  }
  return url;
}

function open({ url, headers, body }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  // Alerts are rare: a fresh connection each time is never one that the other side has closed meanwhile.
  request(url, { method: 'POST', headers, agent: false, signal }, resolve).on('error', reject).end(body);
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
function outcomeOf(status: number, text: string, retry_after: string | undefined): Outcome {
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
