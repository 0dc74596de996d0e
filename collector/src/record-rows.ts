import { setImmediate as othersHadTheirTurn } from 'node:timers/promises';
import { decodeLogs, decodeMetrics, decodeTraces } from './decode/decode.ts';
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
 * The rows of records, one record after the other; the next is inflated while the reader takes those of this one.
 * They are made anew each time they are read, so that a batch never lies in memory as a whole.
 */
export function readRows(records: readonly JournalRecord[], parts: RecordParts): AsyncIterable<RecordRows> {
  const unreadable = new Set<JournalRecord>();
  const rowsOf = async (record: JournalRecord): Promise<RecordRows> => {
    try {
      return await recordRows(record, parts);
    } catch (error) {
      if (error instanceof SextantError && errors[error.code].retry) throw error;
      if (!unreadable.has(record)) parts.drop('unreadable_record', error);
      unreadable.add(record);
      return { ...nothing, position: record.position };
    }
  };
  return { [Symbol.asyncIterator]: () => inTurn(records, rowsOf) };
}

async function* inTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  let coming: Promise<Result> | null = null;
  for (const item of items) {
    const ready = coming;
    coming = work(item);
    // A reader that stops here never hears of it.
    coming.catch(() => undefined);
    if (ready) yield await ready;
  }
  if (coming) yield await coming;
}

const nothing = { spans: [], logs: [], metrics: [], scores: [], amendments: [] } as const;

/**
 * Makes the rows of one journal record.
 * @throws SextantError when the record cannot be read
 */
export async function recordRows(record: JournalRecord, parts: RecordParts): Promise<RecordRows> {
  const body = await inflate(record.body, record.encoding, parts.body_bytes_max);
  const rows = { ...(await rowsOfBody(body, record, parts)), bytes: body.length };
  if (body !== record.body) giveBack(body);
  return rows;
}

async function rowsOfBody(body: Buffer, record: JournalRecord, parts: RecordParts): Promise<RecordRows> {
  const { position, tenant, content_type } = record;
  switch (record.signal) {
    case 'traces': {
      const spans = changed(decodeTraces(body, content_type).spans, parts.redactor?.span);
      return {
        ...nothing,
        position,
        spans: await mapInPortions(spans, (span) => parts.enrich(normalise(span, parts.dialects), tenant)),
        scores: spans.flatMap((span) => spanScores(span, tenant)),
      };
    }
    case 'logs': {
      const logs = changed(decodeLogs(body, content_type).logs, parts.redactor?.log);
      return { ...nothing, position, ...logRows(logs, record) };
    }
    case 'metrics': {
      const points = changed(decodeMetrics(body, content_type).points, parts.redactor?.point);
      return { ...nothing, position, metrics: metricRows(points, record) };
    }
  }
}

/** The store fetches rows and queries are answered on this thread too: neither shall wait for a large record. */
async function mapInPortions<Item, Result>(
  items: readonly Item[],
  change: (item: Item) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, item] of items.entries()) {
    if (index % portion_items === portion_items - 1) await othersHadTheirTurn();
    results.push(change(item));
  }
  return results;
}

const portion_items = 64;

function changed<Item>(items: readonly Item[], change: ((item: Item) => Item) | undefined): readonly Item[] {
  return change === undefined ? items : items.map(change);
}
