import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for work, but no longer than `timeout_ms`; then it is `late` instead, and the work goes on unwatched. */
export async function within<Result>(
  timeout_ms: number,
  work: Promise<Result>,
  late: Result,
): Promise<Result> {
  const over = new AbortController();
  try {
    return await Promise.race([work, sleep(timeout_ms, late, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}
