import { wholeRecords } from '../record-parts.ts';
import {
  type Appended,
  type Batch,
  comparePositions,
  type Position,
  type RecordRows,
  type SpanRows,
} from '../store.ts';
import type { WaitingAmendments } from './amendments.ts';
import type { Client } from './client.ts';
import { dayOf } from './days.ts';
import { type InsertItem, insertRows, type OnRefused } from './insert-rows.ts';
import type { State, WaitingBatch } from './state.ts';
import { type Arrival, type IdentifiedTable, identify, keyOf, storedKeys } from './stored-keys.ts';

export interface StoreParts {
  readonly client: Client;
  readonly state: State;
  readonly waiting: WaitingAmendments;
  readonly onRefused: OnRefused;
}

/**
 * Stores what is new of a batch. What came with a span goes before it: once a span is there, so is all of that, and
 * a batch that broke off in the middle can simply be repeated. Rows that have no identity go last, so that little
 * can break off behind them.
 */
export async function appendBatch(parts: StoreParts, batch: Batch): Promise<Appended> {
  const { client, state, waiting } = parts;
  const position = state.position();
  const records: RecordRows[] = [];
  for await (const record of wholeRecords(batch.records)) {
    if (!position || comparePositions(record.position, position) > 0) records.push(record);
  }
  const through = records.at(-1)?.position;
  if (!through) return { stored: 0, duplicated: 0 };

  const amendments = records.flatMap((record) => record.amendments);
  const ingest_time = state.nextIngestTime();
  waiting.add(amendments, ingest_time);
  const arrived = arrivalsOf(records, ({ spans }) => spans.map((rows) => ({ row: rows.span, rows })));
  const fresh = (await dropStored(client, 'spans', arrived)).map(({ rows, origin }): SpanArrival => {
    const row = waiting.amend(rows.span);
    return { row, origin, rows: { ...rows, span: row } };
  });
  const said = arrivalsOf(records, (record) =>
    record.amendments.flatMap(({ messages }) => messages.map((row) => ({ row }))),
  );
  await storeSpans(parts, { fresh, said, ingest_time });
  const scored = records.flatMap(({ scores }) => scores.map(({ time }) => time));
  state.addBatches(countDays('score', scored, ingest_time));
  const loose = await storeLooseRows(parts, records, ingest_time);
  state.setPosition(through);
  waiting.remove(arrived.map(({ rows }) => rows.span));
  return { stored: fresh.length + loose, duplicated: arrived.length - fresh.length };
}

function arrivalsOf<Item extends { readonly row: object }>(
  records: readonly RecordRows[],
  itemsOf: (record: RecordRows) => readonly Item[],
): (Item & Arrival)[] {
  return records.flatMap((record) => {
    const origin = originOf(record.position);
    return itemsOf(record).map((item) => ({ ...item, origin }));
  });
}

function originOf({ segment, offset }: Position): string {
  return `${segment} ${offset}`;
}

/** Log records, data points and scores: two equal ones are two. Returns how many count as stored. */
async function storeLooseRows(
  { client, onRefused }: StoreParts,
  records: readonly RecordRows[],
  ingest_time: number,
): Promise<number> {
  const tables = ['logs', 'metrics', 'scores'] as const;
  const inserted = tables.map(async (table) => {
    const items = records.flatMap((record) =>
      record[table].map((row, index): InsertItem => {
        return { row, identity: `${table} ${originOf(record.position)} ${index}` };
      }),
    );
    await insertRows({ client, table, ingest_time, onRefused }, items);
    return table === 'scores' ? 0 : items.length;
  });
  return (await Promise.all(inserted)).reduce((total, count) => total + count, 0);
}

/** A span as an arrival, with all that came beside it. */
interface SpanArrival extends Arrival {
  readonly rows: SpanRows;
}

interface NewSpans {
  readonly fresh: readonly SpanArrival[];
  /** Messages of amendments. */
  readonly said: readonly Arrival[];
  readonly ingest_time: number;
}

async function storeSpans(
  { client, state, onRefused }: StoreParts,
  { fresh, said, ingest_time }: NewSpans,
): Promise<void> {
  if (fresh.length === 0 && said.length === 0) return;
  // Noted first: rows of a batch that breaks off must not be missed by the queues.
  state.addBatches(waitingBatches(fresh, ingest_time));
  const insert = (table: IdentifiedTable, arrivals: readonly Arrival[]) =>
    insertRows({ client, table, ingest_time, onRefused }, identify(table, arrivals));
  const beside = (table: 'messages' | 'versions' | 'embeddings' | 'cost_lines') =>
    fresh.flatMap(({ rows, origin }) => rows[table].map((row) => ({ row, origin })));

  const [messages, versions, embeddings, cost_lines] = await Promise.all([
    dropStored(client, 'messages', [...beside('messages'), ...said]),
    dropStored(client, 'versions', beside('versions')),
    dropLeftovers(client, 'embeddings', beside('embeddings')),
    dropLeftovers(client, 'cost_lines', beside('cost_lines')),
  ]);
  await Promise.all([
    insert('messages', messages),
    insert('versions', versions),
    insert('embeddings', embeddings),
    insert('cost_lines', cost_lines),
  ]);
  await insert('spans', fresh);
}

/** The rows neither BigQuery nor an earlier arrival has. */
async function dropStored<Item extends Arrival>(
  client: Client,
  table: IdentifiedTable,
  arrivals: readonly Item[],
): Promise<Item[]> {
  const known = await storedKeys({ client, table }, arrivals.map(rowOf));
  return arrivals.filter(({ row }) => {
    const key = keyOf(table, row);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
}

/** The rows of new spans, less those an earlier attempt stored before it broke off. */
async function dropLeftovers(
  client: Client,
  table: IdentifiedTable,
  arrivals: readonly Arrival[],
): Promise<readonly Arrival[]> {
  const known = await storedKeys({ client, table }, arrivals.map(rowOf));
  return arrivals.filter(({ row }) => !known.has(keyOf(table, row)));
}

function rowOf({ row }: Arrival): object {
  return row;
}

/** For each queue and day, how many rows of the batch may wait there. */
function waitingBatches(fresh: readonly SpanArrival[], ingest_time: number): WaitingBatch[] {
  const spans = fresh.map(({ rows }) => rows.span);
  const asking = spans.filter((span) => span.is_leaf && (span.input_messages?.length ?? 0) > 0);
  const asked = asking.map((span) => span.start_time);
  const embedded = fresh.flatMap(({ rows }) => rows.embeddings.map((row) => row.time));
  const all = spans.map((span) => span.start_time);
  return [
    ...countDays('embed', asked, ingest_time),
    ...countDays('sketch', embedded, ingest_time),
    ...countDays('measure', all, ingest_time),
  ];
}

export function countDays(
  queue: WaitingBatch['queue'],
  times: readonly number[],
  ingest_time: number,
): WaitingBatch[] {
  const days = Map.groupBy(times, dayOf);
  return [...days].map(([day, { length }]) => ({ queue, day, ingest_time, rows_max: length }));
}
