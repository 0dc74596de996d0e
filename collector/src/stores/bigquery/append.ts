import { type Appended, type Batch, comparePositions, type SpanRows } from '../store.ts';
import type { Client } from './client.ts';
import { dayOf } from './days.ts';
import { insertRows, type OnRefused } from './insert-rows.ts';
import type { State, WaitingBatch } from './state.ts';
import { type Arrival, type IdentifiedTable, identify, keyOf, storedKeys } from './stored-keys.ts';

export interface StoreParts {
  readonly client: Client;
  readonly state: State;
  readonly onRefused: OnRefused;
}

/**
 * Stores what is new of a batch. Spans go last: once a span is there, so is all that came with it, and a batch
 * that broke off in the middle can simply be repeated.
 */
export async function appendBatch(parts: StoreParts, batch: Batch): Promise<Appended> {
  const { client, state } = parts;
  const position = state.position();
  const records = batch.records.filter(
    (record) => !position || comparePositions(record.position, position) > 0,
  );
  const through = records.at(-1)?.position;
  if (!through) return { stored: 0, duplicated: 0 };

  const arrived = records.flatMap(({ position, spans }) => {
    const origin = `${position.segment} ${position.offset}`;
    return spans.map((rows): SpanArrival => ({ row: rows.span, origin, rows }));
  });
  const fresh = await dropStored(client, 'spans', arrived);
  if (fresh.length > 0) await storeSpans(parts, fresh);
  state.setPosition(through);
  return { stored: fresh.length, duplicated: arrived.length - fresh.length };
}

/** A span as an arrival, with all that came beside it. */
interface SpanArrival extends Arrival {
  readonly rows: SpanRows;
}

async function storeSpans(
  { client, state, onRefused }: StoreParts,
  fresh: readonly SpanArrival[],
): Promise<void> {
  const ingest_time = state.nextIngestTime();
  // Noted first: rows of a batch that breaks off must not be missed by the queues.
  state.addBatches(waitingBatches(fresh, ingest_time));
  const insert = (table: IdentifiedTable, arrivals: readonly Arrival[]) =>
    insertRows({ client, table, ingest_time, onRefused }, identify(table, arrivals));
  const arrivalsOf = (table: 'messages' | 'versions' | 'embeddings' | 'cost_lines') =>
    fresh.flatMap(({ rows, origin }) => rows[table].map((row) => ({ row, origin })));

  const [messages, versions, embeddings, cost_lines] = await Promise.all([
    dropStored(client, 'messages', arrivalsOf('messages')),
    dropStored(client, 'versions', arrivalsOf('versions')),
    dropLeftovers(client, 'embeddings', arrivalsOf('embeddings')),
    dropLeftovers(client, 'cost_lines', arrivalsOf('cost_lines')),
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
  return [...countDays('embed', asked, ingest_time), ...countDays('sketch', embedded, ingest_time)];
}

export function countDays(
  queue: WaitingBatch['queue'],
  times: readonly number[],
  ingest_time: number,
): WaitingBatch[] {
  const days = Map.groupBy(times, dayOf);
  return [...days].map(([day, { length }]) => ({ queue, day, ingest_time, rows_max: length }));
}
