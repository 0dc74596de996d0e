import { decodeTraces } from './decode/decode.ts';
import type { RowBuilder } from './enrich/rows.ts';
import type { JournalRecord, JournalTail } from './journal/tail.ts';
import type { Dialect } from './normalise/dialect.ts';
import { normalise } from './normalise/normalise.ts';
import { inflate } from './receive/inflate.ts';
import type { Appended, RecordRows, Store } from './stores/store.ts';

/**
 * The flow, from the journal to the store:
 *
 *   journal ─▶ inflate ─▶ decode ─▶ normalise ─▶ enrich ─▶ store
 *
 * What comes out of the journal was acknowledged, so a failing store is tried again for ever while the journal
 * grows. A record that cannot be read, which only a damaged disk explains, is dropped, counted and passed.
 * Ends when the tail is closed.
 */
export async function runPipeline(parts: PipelineParts): Promise<void> {
  const next = () => parts.tail.next(parts.batch_bytes_max);
  let storing = Promise.resolve();
  for (let records = await next(); records; records = await next()) {
    const last = records.at(-1) as JournalRecord;
    const batch = { records: await Promise.all(records.map((record) => rowsOf(record, parts))) };
    await storing;
    // The next batch is made ready while this one is being stored.
    storing = parts.retry(() => parts.store.append(batch)).then((appended) => parts.onStored(appended, last));
    // A failure is looked at where the promise is awaited; until then it is not a forgotten one.
    storing.catch(() => undefined);
  }
  await storing;
}

export interface PipelineParts {
  readonly tail: JournalTail;
  readonly store: Store;
  readonly dialects: readonly Dialect[];
  /** Makes the rows of a span: cost, messages, versions. */
  readonly enrich: RowBuilder;
  /** Journal bytes taken at once: what one transaction stores. */
  readonly batch_bytes_max: number;
  readonly body_bytes_max: number;
  /** Repeats what fails until it succeeds or the process ends. */
  retry<T>(work: () => Promise<T>): Promise<T>;
  drop(reason: string, error: unknown): void;
  onStored(appended: Appended, last: JournalRecord): void;
}

async function rowsOf(record: JournalRecord, parts: PipelineParts): Promise<RecordRows> {
  try {
    const body = await inflate(record.body, record.encoding, parts.body_bytes_max);
    const { spans } = decodeTraces(body, record.content_type);
    const rows = spans.map((span) => parts.enrich(normalise(span, parts.dialects), record.tenant));
    return { position: record.position, spans: rows };
  } catch (error) {
    parts.drop('unreadable_record', error);
    return { position: record.position, spans: [] };
  }
}
