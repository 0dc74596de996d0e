import type { JournalRecord, JournalTail } from './journal/tail.ts';
import { type RecordParts, readRows } from './record-rows.ts';
import type { Appended, Store } from './stores/store.ts';

/**
 * The flow, from the journal to the store:
 *
 *   journal ─▶ inflate ─▶ decode ─▶ normalise ─▶ enrich ─▶ store
 *              └────────────── record-rows.ts ───────────┘
 *
 * What comes out of the journal was acknowledged, so a failing store is tried again for ever while the journal
 * grows. A record that cannot be read, which only a damaged disk explains, is dropped, counted and passed.
 * Ends when the tail is closed.
 */
export async function runPipeline(parts: PipelineParts): Promise<void> {
  const next = () => parts.tail.next(parts.batch_bytes_max);
  for (let records = await next(); records; records = await next()) {
    const started_ms = performance.now();
    const batch = { records: readRows(records, parts) };
    const appended = await parts.retry(() => parts.store.append(batch));
    parts.onStored(appended, records.at(-1) as JournalRecord);
    await parts.rest(appended, performance.now() - started_ms);
  }
}

export interface PipelineParts extends RecordParts {
  readonly tail: JournalTail;
  readonly store: Pick<Store, 'append'>;
  /** Journal bytes taken at once: what one transaction stores. */
  readonly batch_bytes_max: number;
  /** Ends a batch in the middle: what is not committed is stored after the next start. */
  readonly signal: AbortSignal;
  /** Repeats what fails until it succeeds or the process ends. */
  retry<T>(work: () => Promise<T>): Promise<T>;
  onStored(appended: Appended, last: JournalRecord): void;
  /** Waits for more to store together, after a batch that took this long. */
  rest(appended: Appended, took_ms: number): Promise<void>;
}
