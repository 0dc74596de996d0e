import { type ErrorCode, errors, SextantError } from '../errors.ts';
import type { Collector } from './command.ts';

/**
 * Sends JSON to the running collector and returns its JSON answer.
 * @throws SextantError with the code of the collector, or store_unavailable when it cannot be reached
 */
export async function post(
  collector: Collector,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  return await (await request(collector, { method: 'POST', path, body, signal })).json();
}

/** As `post`, for what only asks. */
export async function get(collector: Collector, path: string, signal: AbortSignal): Promise<unknown> {
  return await (await request(collector, { method: 'GET', path, signal })).json();
}

export interface CollectorRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/** The answer of the collector, its body still to be read. @throws SextantError as `post` does */
export async function request(
  collector: Collector,
  { method, path, body, signal }: CollectorRequest,
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (collector.key !== null) headers['authorization'] = `Bearer ${collector.key}`;
  let response: Response;
  try {
    const content = body === undefined ? null : JSON.stringify(body);
    response = await fetch(collector.url + path, { method, headers, body: content, signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new SextantError('store_unavailable', `No collector answers at ${collector.url}. Is it running?`, {
      cause,
    });
  }
  if (response.ok) return response;
  const answer = (await response.json()) as { code?: string; message?: string };
  const code =
    answer.code !== undefined && Object.hasOwn(errors, answer.code) ? (answer.code as ErrorCode) : 'internal';
  const message = answer.message ?? `Status ${response.status}.`;
  throw new CollectorError(code, code === 'unauthenticated' ? `${message} ${keyAdvice(collector)}` : message);
}

function keyAdvice({ key }: Collector): string {
  return key === null
    ? 'Put one into SEXTANT_KEY; "sextant keys create" makes one.'
    : 'The one in SEXTANT_KEY is unknown to this collector, or has ended.';
}

/** An error the collector answered with; its message is whole already. */
class CollectorError extends SextantError {
  constructor(code: ErrorCode, message: string) {
    super(code, message);
    this.message = message;
  }
}
