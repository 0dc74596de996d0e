import type { DuckDBConnection } from '@duckdb/node-api';
import type { NewRow } from '../schema.ts';
import { hashKey } from './key-set.ts';
import { KnownKeys } from './known-keys.ts';

/**
 * What a day file holds, by key: to tell a span, a message or a version that is new from one that is stored.
 * Keys are read from the file when the day is first written to.
 */
export interface DayKeys {
  readonly spans: KnownKeys;
  readonly messages: KnownKeys;
  readonly versions: KnownKeys;
  /** Spans for which an amendment waits, or did. */
  readonly amendments: KnownKeys;
}

export type KeyedTable = keyof DayKeys;

/** What makes a key. */
const key_columns = {
  spans: ['tenant', 'trace_id', 'span_id'],
  messages: ['tenant', 'message_hash'],
  versions: ['tenant', 'kind', 'name', 'version'],
  amendments: ['tenant', 'trace_id', 'span_id'],
} as const satisfies Record<KeyedTable, readonly string[]>;

/** Names and versions may hold blanks; the unit separator is in none of them. */
const separator = '\u001f';

export function spanKey(span: {
  readonly tenant: string;
  readonly trace_id: string;
  readonly span_id: string;
}): string {
  return span.tenant + separator + span.trace_id + separator + span.span_id;
}

export function messageKey({ tenant, message_hash }: NewRow<'messages'>): string {
  return tenant + separator + message_hash;
}

export function versionKey({ tenant, kind, name, version }: NewRow<'versions'>): string {
  return [tenant, kind, name, version].join(separator);
}

/** An expression that gives the key of a row, the same as the functions above do. */
export function keyExpression(table: KeyedTable): string {
  return `concat_ws('${separator}', ${key_columns[table].join(', ')})`;
}

/** Reads the keys of a day; those of its spans only where they are wanted. */
export async function readDayKeys(
  connection: DuckDBConnection,
  { day, spans_wanted }: { readonly day: string; readonly spans_wanted: boolean },
): Promise<DayKeys> {
  const read = (table: KeyedTable) =>
    readKeys(connection, `SELECT ${keyExpression(table)} AS key FROM "${day}".main.${table}`);
  return {
    spans: spans_wanted ? await read('spans') : new KnownKeys(),
    messages: await read('messages'),
    versions: await read('versions'),
    amendments: await read('amendments'),
  };
}

async function readKeys(connection: DuckDBConnection, statement: string): Promise<KnownKeys> {
  const known = new KnownKeys();
  const result = await connection.stream(statement);
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (const key of chunk.getColumnValues(0)) known.add(hashKey(String(key)));
  }
  return known;
}
