import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryOptions {
  readonly pause_ms_min: number;
  readonly pause_ms_max: number;
  readonly signal: AbortSignal;
  onError(error: unknown, pause_ms: number): void;
}

/** Repeats the work until it succeeds, with pauses that double, or until the signal ends it. */
export async function retryForever<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let pause_ms = options.pause_ms_min; ; pause_ms = Math.min(pause_ms * 2, options.pause_ms_max)) {
    try {
      return await work();
    } catch (error) {
      options.signal.throwIfAborted();
      options.onError(error, pause_ms);
      await sleep(pause_ms, undefined, { signal: options.signal });
    }
  }
}
