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
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (collector.key !== null) headers['authorization'] = `Bearer ${collector.key}`;
  let response: Response;
  try {
    response = await fetch(collector.url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    signal.throwIfAborted();
    throw new SextantError('store_unavailable', `No collector answers at ${collector.url}. Is it running?`, {
      cause,
    });
  }
  const answer = (await response.json()) as { code?: string; message?: string };
  if (response.ok) return answer;
  const code =
    answer.code !== undefined && Object.hasOwn(errors, answer.code) ? (answer.code as ErrorCode) : 'internal';
  throw new CollectorError(code, answer.message ?? `Status ${response.status}.`);
}

/** An error the collector answered with; its message is whole already. */
class CollectorError extends SextantError {
  constructor(code: ErrorCode, message: string) {
    super(code, message);
    this.message = message;
  }
}
