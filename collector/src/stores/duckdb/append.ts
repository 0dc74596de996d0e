import { DuckDBListValue, LIST, VARCHAR } from '@duckdb/node-api';
import type { NewRow, TableName } from '../schema.ts';
import { type Appended, type Batch, comparePositions, type Position, type SpanRows } from '../store.ts';
import { appendRows } from './append-rows.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import { dayOf } from './days.ts';
import type { KnownKeys } from './known-keys.ts';
import { inTransaction } from './transaction.ts';

/** Where the rows of a batch go: each day file takes its spans in one transaction, with the position. */
export async function appendBatch(files: DayFiles, batch: Batch, clock: IngestClock): Promise<Appended> {
  const through = batch.records.at(-1)?.position;
  if (!through) return { stored: 0, duplicated: 0 };
  const appended = { stored: 0, duplicated: 0 };
  for (const [day, arrivals] of groupByDay(batch, clock.now_us())) {
    const file = await files.getOrCreate(day);
    // A record at or before the position of the file is in it already: the batch is being repeated.
    const fresh = arrivals.filter(({ position }) => comparePositions(position, file.position) > 0);
    const spans = await dropStored(
      files,
      file,
      fresh.map((arrival) => arrival.rows),
    );
    await storeDay(files, file, { spans, through, ingest_time: clock.next() });
    appended.stored += spans.length;
    appended.duplicated += arrivals.length - spans.length;
  }
  return appended;
}

/** Gives every transaction a later ingest time than the one before, whatever the machine's clock does. */
export interface IngestClock {
  now_us(): number;
  next(): number;
}

interface Arrival {
  readonly position: Position;
  readonly rows: SpanRows;
}

function groupByDay(batch: Batch, now_us: number): Map<string, Arrival[]> {
  const days = new Map<string, Arrival[]>();
  for (const record of batch.records) {
    for (const rows of record.spans) {
      const day = dayOf(rows.span.start_time, now_us);
      const arrivals = days.get(day);
      const arrival = { position: record.position, rows };
      if (arrivals) arrivals.push(arrival);
      else days.set(day, [arrival]);
    }
  }
  return days;
}

async function dropStored(
  files: DayFiles,
  file: DayFile,
  arrivals: readonly SpanRows[],
): Promise<SpanRows[]> {
  return await dropKnown(files, arrivals, {
    key: ({ span }) => `${span.tenant} ${span.trace_id} ${span.span_id}`,
    known: file.known.spans,
    question: `SELECT concat_ws(' ', tenant, trace_id, span_id) AS key FROM "${file.day}".main.spans
      WHERE list_contains($ids, span_id)`,
    id: ({ span }) => span.span_id,
  });
}

interface Lookup<Item> {
  key(item: Item): string;
  /** The value the table is asked for. */
  id(item: Item): string;
  readonly known: KnownKeys;
  readonly question: string;
}

/** The items whose key neither the table nor an earlier item has. */
async function dropKnown<Item>(
  files: DayFiles,
  items: readonly Item[],
  lookup: Lookup<Item>,
): Promise<Item[]> {
  const unsure = items.filter((item) => lookup.known.check(lookup.key(item)) === 'ask');
  const stored = new Set<string>();
  if (unsure.length > 0) {
    const ids = new DuckDBListValue([...new Set(unsure.map(lookup.id))]);
    const reader = await files.writer.runAndReadAll(lookup.question, { ids }, { ids: LIST(VARCHAR) });
    for (const row of reader.getRowObjects()) stored.add(String(row['key']));
    for (const key of stored) lookup.known.remember(key);
  }
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = lookup.key(item);
    if (stored.has(key) || seen.has(key) || lookup.known.check(key) === 'stored') return false;
    seen.add(key);
    return true;
  });
}

interface DayRows {
  readonly spans: readonly SpanRows[];
  readonly through: Position;
  readonly ingest_time: number;
}

async function storeDay(
  files: DayFiles,
  file: DayFile,
  { spans, through, ingest_time }: DayRows,
): Promise<void> {
  const { known } = file;
  const messages = await dropKnown(
    files,
    spans.flatMap((rows) => rows.messages),
    {
      key: messageKey,
      known: known.messages,
      question: `SELECT concat_ws(' ', tenant, message_hash) AS key FROM "${file.day}".main.messages
      WHERE list_contains($ids, message_hash)`,
      id: (message) => message.message_hash,
    },
  );
  const versions = await dropKnown(
    files,
    spans.flatMap((rows) => rows.versions),
    {
      key: versionKey,
      known: known.versions,
      question: `SELECT concat_ws(' ', tenant, kind, name, version) AS key FROM "${file.day}".main.versions
      WHERE list_contains($ids, name)`,
      id: (version) => version.name,
    },
  );
  const embeddings = spans.flatMap((rows) => rows.embeddings);
  await inTransaction(files.writer, async () => {
    const append = <Name extends TableName>(table: Name, rows: readonly NewRow<Name>[]) =>
      appendRows(files.writer, { catalog: file.day, table, ingest_time }, rows);
    await append(
      'spans',
      spans.map((rows) => rows.span),
    );
    await append('messages', messages);
    await append('embeddings', embeddings);
    await append(
      'cost_lines',
      spans.flatMap((rows) => rows.cost_lines),
    );
    await append('versions', versions);
    await setProgress(files, file.day, 'journal', through);
  });
  file.position = through;
  if (spans.length > 0) file.newest.spans = ingest_time;
  if (embeddings.length > 0) file.newest.embeddings = ingest_time;
  for (const { span } of spans) known.spans.add(`${span.tenant} ${span.trace_id} ${span.span_id}`);
  for (const message of messages) known.messages.add(messageKey(message));
  for (const version of versions) known.versions.add(versionKey(version));
}

function messageKey(message: NewRow<'messages'>): string {
  return `${message.tenant} ${message.message_hash}`;
}

function versionKey({ tenant, kind, name, version }: NewRow<'versions'>): string {
  return `${tenant} ${kind} ${name} ${version}`;
}

/** Notes inside the transaction how far the file is filled, or a queue is worked off. */
export async function setProgress(
  files: DayFiles,
  day: string,
  name: string,
  position: Position,
): Promise<void> {
  await files.writer.run(`DELETE FROM "${day}".main.progress WHERE name = $name`, { name });
  await files.writer.run(`INSERT INTO "${day}".main.progress VALUES ($name, $segment, $place)`, {
    name,
    segment: BigInt(position.segment),
    place: BigInt(position.offset),
  });
}
