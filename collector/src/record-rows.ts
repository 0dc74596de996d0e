import { setImmediate as othersHadTheirTurn } from 'node:timers/promises';
import { decodeLogs, decodeMetrics, spansOf } from './decode/decode.ts';
import type { DecodedSpan } from './decode/records.ts';
import { logRows } from './enrich/log-rows.ts';
import { metricRows } from './enrich/metric-rows.ts';
import type { RowBuilder } from './enrich/rows.ts';
import { spanScores } from './enrich/score-rows.ts';
import { errors, SextantError } from './errors.ts';
import type { JournalRecord } from './journal/tail.ts';
import type { Dialect } from './normalise/dialect.ts';
import { normalise } from './normalise/normalise.ts';
import { inflate } from './receive/inflate.ts';
import { giveBack } from './receive/memory.ts';
import type { Redactor } from './redact/redactor.ts';
import type { RecordRows } from './stores/store.ts';

export interface RecordParts {
  readonly dialects: readonly Dialect[];
  /** Takes credentials out first; null where that is switched off. */
  readonly redactor: Redactor | null;
  /** Makes the rows of a span: cost, messages, versions. */
  readonly enrich: RowBuilder;
  readonly body_bytes_max: number;
  /** Told once of each record that cannot be read. */
  drop(reason: string, error: unknown): void;
}

/**
 * The rows of records, one record after the other, a large one in parts; the next is inflated meanwhile. They are made
 * anew each time they are read, so that a batch never lies in memory as a whole, and what becomes of some spans is
 * done with before the next are decoded: most of the objects on the way die young. The signal ends it with its reason.
 */
export function readRows(
  records: readonly JournalRecord[],
  { signal, ...parts }: RecordParts & { readonly signal?: AbortSignal },
): AsyncIterable<RecordRows> {
  const unreadable = new Set<JournalRecord>();
  async function* rowsOf(record: JournalRecord, body: Promise<Buffer>): AsyncGenerator<RecordRows> {
    try {
      yield* recordRows(record, parts, body);
    } catch (error) {
      if (error instanceof SextantError && errors[error.code].retry) throw error;
      if (!unreadable.has(record)) parts.drop('unreadable_record', error);
      unreadable.add(record);
      yield { ...nothing, position: record.position };
    }
  }
  return {
    async *[Symbol.asyncIterator]() {
      let coming = records[0] && inflateBody(records[0], parts);
      for (const [index, record] of records.entries()) {
        const body = coming as Promise<Buffer>;
        const next = records[index + 1];
        coming = next && inflateBody(next, parts);
        // A reader that stops here never hears of it.
        coming?.catch(() => undefined);
        for await (const rows of rowsOf(record, body)) {
          signal?.throwIfAborted();
          yield rows;
        }
      }
    },
  };
}

const nothing = { spans: [], logs: [], metrics: [], scores: [], amendments: [] } as const;

/**
 * Makes the rows of one journal record, in parts.
 * @throws SextantError when the record cannot be read
 */
export async function* recordRows(
  record: JournalRecord,
  parts: RecordParts,
  inflated: Promise<Buffer> = inflateBody(record, parts),
): AsyncGenerator<RecordRows> {
  const body = await inflated;
  try {
    if (record.signal === 'traces') yield* traceRows(body, record, parts);
    else yield otherRows(body, record, parts);
  } finally {
    if (body !== record.body) giveBack(body);
  }
}

async function inflateBody(record: JournalRecord, parts: RecordParts): Promise<Buffer> {
  return await inflate(record.body, record.encoding, parts.body_bytes_max);
}

async function* traceRows(
  body: Buffer,
  record: JournalRecord,
  parts: RecordParts,
): AsyncGenerator<RecordRows> {
  let portion: DecodedSpan[] = [];
  for (const decoded of spansOf(body, record.content_type)) {
    portion.push(decoded);
    if (portion.length < portion_spans) continue;
    yield { ...spanRows(portion, record, parts), has_more: true };
    portion = [];
    // The store fetches rows and queries are answered on this thread too: neither shall wait for a large record.
    await othersHadTheirTurn();
  }
  yield spanRows(portion, record, parts);
}

const portion_spans = 64;

function spanRows(decoded: readonly DecodedSpan[], record: JournalRecord, parts: RecordParts): RecordRows {
  const { position, tenant } = record;
  const spans = changed(decoded, parts.redactor?.span);
  return {
    ...nothing,
    position,
    spans: spans.map((span) => parts.enrich(normalise(span, parts.dialects), tenant)),
    scores: spans.flatMap((span) => spanScores(span, tenant)),
  };
}

function otherRows(body: Buffer, record: JournalRecord, parts: RecordParts): RecordRows {
  const { position, content_type } = record;
  if (record.signal === 'logs') {
    const logs = changed(decodeLogs(body, content_type).logs, parts.redactor?.log);
    return { ...nothing, position, ...logRows(logs, record) };
  }
  const points = changed(decodeMetrics(body, content_type).points, parts.redactor?.point);
  return { ...nothing, position, metrics: metricRows(points, record) };
}

function changed<Item>(items: readonly Item[], change: ((item: Item) => Item) | undefined): readonly Item[] {
  return change === undefined ? items : items.map(change);
}
