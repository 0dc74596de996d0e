import { setTimeout as sleep } from 'node:timers/promises';
import type { Appended } from './stores/store.ts';

/** Rows from which on a store writes well: a transaction of DuckDB then goes to its place, past the log. */
const full_rows = 8_192;
const rest_ms_max = 500;

export interface RestOptions {
  readonly appended: Appended;
  /** How long the last batch took. */
  readonly took_ms: number;
  readonly signal: AbortSignal;
}

/**
 * Lets more arrive before the next batch is taken: as long as the last one took, if that was a small one. Under
 * load batches grow until they are full and rests fall away; without load a rest is as short as its batch was.
 */
export async function rest({ appended, took_ms, signal }: RestOptions): Promise<void> {
  if (appended.stored >= full_rows) return;
  await sleep(Math.min(took_ms, rest_ms_max), undefined, { signal }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
}
