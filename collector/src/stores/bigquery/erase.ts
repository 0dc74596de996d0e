import type { TableName } from '../schema.ts';
import { tables } from '../schema.ts';
import type { EraseSelector } from '../store.ts';
import type { Client } from './client.ts';
import { dayOf } from './days.ts';

const table_names = Object.keys(tables) as TableName[];

/**
 * Removes spans and all that belongs to them. The spans go last, so an erasure that broke off can be repeated.
 * BigQuery refuses to change rows that were streamed in the last minutes: the call rejects and may be repeated.
 */
export async function eraseSpans(client: Client, selector: EraseSelector): Promise<number> {
  const { tenant, ...rest } = selector;
  // The names are those of the selector's own type, never data.
  const [column, value] = Object.entries(rest)[0] as ['trace_id' | 'conversation_id' | 'user_id', string];
  const run = (text: string) =>
    client.query({ text, parameters: { tenant, value }, types: { tenant: 'STRING', value: 'STRING' } });
  const chosen = `tenant = @tenant AND start_time >= TIMESTAMP_MICROS(0) AND ${column} = @value`;
  const [counted] = await run(
    `SELECT COUNT(DISTINCT trace_id || span_id) AS spans FROM spans WHERE ${chosen}`,
  );
  const count = Number(counted?.['spans'] ?? 0);
  if (count === 0) return 0;
  for (const table of ['embeddings', 'cost_lines', 'scores', 'versions'] as const) {
    await run(`DELETE FROM ${table} WHERE tenant = @tenant AND ${tables[table].day_column} >= TIMESTAMP_MICROS(0)
      AND trace_id || span_id IN (SELECT trace_id || span_id FROM spans WHERE ${chosen})`);
  }
  await run(deleteMessages(chosen, `COALESCE(${column} = @value, FALSE)`));
  await run(`DELETE FROM spans WHERE ${chosen}`);
  return count;
}

/** Messages to which a chosen span points, and no other span of the same day. */
function deleteMessages(chosen: string, is_chosen: string): string {
  const others = `tenant = @tenant AND start_time >= TIMESTAMP_MICROS(0) AND NOT ${is_chosen}`;
  return `DELETE FROM messages WHERE tenant = @tenant AND first_time >= TIMESTAMP_MICROS(0)
    AND ${daily('message_hash', 'first_time')} IN (${pointers(chosen)})
    AND ${daily('message_hash', 'first_time')} NOT IN (${pointers(others)})`;
}

function pointers(where: string): string {
  return `SELECT ${daily('hash', 'start_time')}
    FROM spans, UNNEST(ARRAY_CONCAT(input_messages, output_messages)) AS hash WHERE ${where}`;
}

function daily(hash: string, time: string): string {
  return `${hash} || CAST(DIV(UNIX_MICROS(${time}), 86400000000) AS STRING)`;
}

/** Removes the rows of every day before the day of this time. Whole partitions: BigQuery bills nothing for them. */
export async function expireDays(client: Client, before_time_us: number): Promise<readonly string[]> {
  const before_us = Date.parse(`${dayOf(before_time_us)}T00:00:00Z`) * 1000;
  const days = new Set<string>();
  for (const table of table_names) {
    const { day_column } = tables[table];
    const old = `${day_column} < TIMESTAMP_MICROS(@before_us)`;
    const run = (text: string) =>
      client.query({ text, parameters: { before_us }, types: { before_us: 'INT64' } });
    const found = await run(
      `SELECT DISTINCT DIV(UNIX_MICROS(${day_column}), 86400000000) * 86400000000 AS day FROM ${table} WHERE ${old}`,
    );
    if (found.length === 0) continue;
    for (const row of found) days.add(dayOf(row['day'] as number));
    await run(`DELETE FROM ${table} WHERE ${old}`);
  }
  return [...days].sort();
}
