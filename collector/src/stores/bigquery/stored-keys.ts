import type { TableName } from '../schema.ts';
import type { Row } from '../store.ts';
import type { Client } from './client.ts';
import type { InsertItem } from './insert-rows.ts';

/** How rows of a table are recognised when they come again. */
interface Identity {
  readonly day_column: string;
  /** The column BigQuery is asked by. */
  readonly asked: string;
  /** Columns that together make a row the same row. */
  readonly columns: readonly string[];
  /** Whether the same key on another day is another row. */
  readonly is_daily: boolean;
}

const span = ['tenant', 'trace_id', 'span_id'] as const;

const identities = {
  spans: { day_column: 'start_time', asked: 'span_id', columns: span, is_daily: false },
  messages: {
    day_column: 'first_time',
    asked: 'message_hash',
    columns: ['tenant', 'message_hash'],
    is_daily: true,
  },
  versions: {
    day_column: 'first_time',
    asked: 'name',
    columns: ['tenant', 'kind', 'name', 'version'],
    is_daily: true,
  },
  embeddings: { day_column: 'time', asked: 'span_id', columns: [...span, 'feature'], is_daily: false },
  cost_lines: {
    day_column: 'time',
    asked: 'span_id',
    columns: [...span, 'revision', 'unit'],
    is_daily: false,
  },
  sketches: {
    day_column: 'minute',
    asked: 'feature',
    columns: ['tenant', 'feature', 'slice_key', 'slice_value', 'sketch_id', 'minute', 'sampling_probability'],
    is_daily: false,
  },
} as const satisfies Partial<Record<TableName, Identity>>;

export type IdentifiedTable = keyof typeof identities;

const day_us = 86_400_000_000;

/** The key of a row, as one text. */
export function keyOf(table: IdentifiedTable, row: object): string {
  const { columns, day_column, is_daily }: Identity = identities[table];
  const values = row as Row;
  const key = columns.map((column) => values[column]);
  if (is_daily) key.push(Math.floor((values[day_column] as number) / day_us));
  return JSON.stringify(key);
}

export interface Arrival {
  readonly row: object;
  /** What the row came with, such as a journal record: erased rows may come again with another. */
  readonly origin: string;
}

/**
 * Gives rows the identity they have again when the same origin is stored again. One origin may hold several rows
 * with one key, such as the vectors of one request, so they are counted.
 */
export function identify(table: IdentifiedTable, arrivals: readonly Arrival[]): InsertItem[] {
  const counts = new Map<string, number>();
  return arrivals.map(({ row, origin }) => {
    const identity = `${origin} ${keyOf(table, row)}`;
    const count = counts.get(identity) ?? 0;
    counts.set(identity, count + 1);
    return { row, identity: `${identity} ${count}` };
  });
}

export interface Lookup {
  readonly client: Client;
  readonly table: IdentifiedTable;
  /** Only rows stored with this ingest time count. */
  readonly ingest_time?: number;
}

/** Which of these rows BigQuery holds already, as keys. Reads only the days the rows are of. */
export async function storedKeys(
  { client, table, ingest_time }: Lookup,
  rows: readonly object[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const identity: Identity = identities[table];
  const values = rows as readonly Row[];
  const times = values.map((row) => row[identity.day_column] as number);
  const found = await client.query({
    text: lookupText(table, identity),
    parameters: {
      from_us: times.reduce((least, time) => Math.min(least, time)),
      to_us: times.reduce((most, time) => Math.max(most, time)) + 1,
      asked: [...new Set(values.map((row) => String(row[identity.asked])))],
      ingest_us: ingest_time ?? null,
    },
    types: { from_us: 'INT64', to_us: 'INT64', asked: ['STRING'], ingest_us: 'INT64' },
  });
  return new Set(found.map((row) => keyOf(table, row)));
}

// Every name in the text is one of the schema; values are parameters. Whole days are read, because a message or
// version is stored with the time of the first span of its day.
function lookupText(table: IdentifiedTable, { day_column, asked, columns }: Identity): string {
  const names = [...new Set([...columns, day_column])];
  const selected = names.map((name) => (name === day_column ? `UNIX_MICROS(${name}) AS ${name}` : name));
  return `SELECT DISTINCT ${selected.join(', ')}
    FROM ${table}
    WHERE ${day_column} >= TIMESTAMP_TRUNC(TIMESTAMP_MICROS(@from_us), DAY)
      AND ${day_column} < TIMESTAMP_MICROS(@to_us + 86400000000)
      AND ${asked} IN UNNEST(@asked)
      AND (@ingest_us IS NULL OR ingest_time = TIMESTAMP_MICROS(@ingest_us))`;
}
