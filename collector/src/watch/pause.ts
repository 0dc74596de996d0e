import { setTimeout as sleep } from 'node:timers/promises';

/** Ends early, without a fault, when the signal fires. */
export async function pause(pause_ms: number, signal: AbortSignal): Promise<void> {
  await sleep(pause_ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
