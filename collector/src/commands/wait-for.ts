import { setTimeout as sleep } from 'node:timers/promises';
import { errors, SextantError } from '../errors.ts';
import { get } from './client.ts';
import type { Collector } from './command.ts';

const pause_ms = 250;
/** A collector that restarts is back within seconds. */
const failures_max = 120;

/**
 * Asks until the answer is what is waited for. A collector that does not answer for a while is asked again.
 * @throws SextantError when it refuses, or does not answer for half a minute
 */
export async function waitFor<Answer>(
  collector: Collector,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
  isDone: (answer: Answer) => boolean,
): Promise<Answer> {
  for (let failures = 0; ; ) {
    try {
      const answer = (await get(collector, path, signal)) as Answer;
      if (isDone(answer)) return answer;
      failures = 0;
    } catch (error) {
      failures += 1;
      const passes = error instanceof SextantError && errors[error.code].retry;
      if (!passes || failures > failures_max) throw error;
    }
    await sleep(pause_ms, undefined, { signal });
  }
}
