export interface BackoffOptions {
  /** Doubled with every failure that follows another. */
  readonly pause_ms: number;
  readonly pause_ms_max: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Runs work that reaches out to others, and after a failure leaves them alone for a while: then it gives null. */
export type Backoff = <T>(work: () => Promise<T>) => Promise<T | null>;

export function createBackoff({ pause_ms, pause_ms_max, now }: BackoffOptions): Backoff {
  let failures = 0;
  let next_ms = Number.NEGATIVE_INFINITY;
  return async (work) => {
    if (now() < next_ms) return null;
    try {
      const result = await work();
      failures = 0;
      return result;
    } catch (error) {
      next_ms = now() + Math.min(pause_ms * 2 ** failures, pause_ms_max);
      failures += 1;
      throw error;
    }
  };
}
