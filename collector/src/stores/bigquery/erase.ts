import type { TableName } from '../schema.ts';
import { tables } from '../schema.ts';
import type { Erased, EraseOptions, EraseSelector } from '../store.ts';
import type { WaitingAmendments } from './amendments.ts';
import type { Client } from './client.ts';
import { dayOf } from './days.ts';

const table_names = Object.keys(tables) as TableName[];

export interface ErasureParts {
  readonly client: Client;
  readonly waiting: WaitingAmendments;
}

/**
 * Removes spans and all that belongs to them. The spans go last, so an erasure that broke off can be repeated.
 * BigQuery refuses to change rows that were streamed in the last minutes: the call rejects and may be repeated.
 */
export async function eraseSpans(
  { client, waiting }: ErasureParts,
  selector: EraseSelector,
  { dry_run }: EraseOptions = {},
): Promise<Erased> {
  const { tenant, ...rest } = selector;
  // The names are those of the selector's own type, never data.
  const [column, value] = Object.entries(rest)[0] as [Column, string];
  const [first_name = '', second_name = ''] = naming_attributes[column];
  const parameters = { tenant, value, first_name, second_name };
  const run = (text: string) => client.query({ text, ...usedIn(text, parameters) });
  const conditions = erasedRows(column);
  const erased: Record<string, number> = {};
  for (const [table, condition] of conditions) {
    const [counted] = await run(`SELECT COUNT(*) AS count FROM ${table} WHERE ${condition}`);
    const count = Number(counted?.['count'] ?? 0);
    if (count > 0) erased[table] = count;
  }
  if (dry_run) return erased;
  if (column !== 'user_id') waiting.removeOf(tenant, { [column]: value });
  for (const [table, condition] of conditions) {
    if (erased[table] !== undefined) await run(`DELETE FROM ${table} WHERE ${condition}`);
  }
  return erased;
}

function usedIn(text: string, parameters: Readonly<Record<string, string>>) {
  const used = Object.entries(parameters).filter(([name]) => text.includes(`@${name}`));
  return {
    parameters: Object.fromEntries(used),
    types: Object.fromEntries(used.map(([name]) => [name, 'STRING'])),
  };
}

type Column = 'trace_id' | 'conversation_id' | 'user_id';

/** Which rows go, by table, in the order in which they can: messages first, since others tell which. */
function erasedRows(column: Column): readonly (readonly [TableName, string])[] {
  const spans = chosenSpans(column);
  const ids = `SELECT trace_id || span_id FROM spans WHERE ${spans}`;
  const logs = `tenant = @tenant AND time >= TIMESTAMP_MICROS(0)
    AND COALESCE(${[`trace_id || span_id IN (${ids})`, ...namesOwner(column)].join(' OR ')}, FALSE)`;
  const of_spans = (['embeddings', 'cost_lines', 'scores', 'versions'] as const).map((table) => {
    const dated = `${tables[table].day_column} >= TIMESTAMP_MICROS(0)`;
    return [table, `tenant = @tenant AND ${dated} AND trace_id || span_id IN (${ids})`] as const;
  });
  return [['messages', erasedMessages(spans, logs)], ...of_spans, ['logs', logs], ['spans', spans]];
}

/** Spans that name the value, and those without one in a trace that names nothing else. */
function chosenSpans(column: Column): string {
  const all = 'tenant = @tenant AND start_time >= TIMESTAMP_MICROS(0)';
  if (column === 'trace_id') return `${all} AND trace_id = @value`;
  const traces = (condition: string) => `(SELECT trace_id FROM spans WHERE ${all} AND ${condition})`;
  return `${all} AND (COALESCE(${column} = @value, FALSE) OR (${column} IS NULL
    AND trace_id IN ${traces(`${column} = @value`)} AND trace_id NOT IN ${traces(`${column} <> @value`)}))`;
}

/** How a log record says itself whose it is. */
const naming_attributes = {
  trace_id: [],
  user_id: ['user.id', 'enduser.id'],
  conversation_id: ['gen_ai.conversation.id', 'session.id'],
} as const;

function namesOwner(column: Column): string[] {
  if (column === 'trace_id') return ['trace_id = @value'];
  return ['LAX_STRING(attributes[@first_name]) = @value', 'LAX_STRING(attributes[@second_name]) = @value'];
}

/** Messages to which a span or log record points that goes, and none of the same day that stays. */
function erasedMessages(spans: string, logs: string): string {
  const of_tenant = (time: string) => `tenant = @tenant AND ${time} >= TIMESTAMP_MICROS(0)`;
  const going = `${pointers('spans', spans)} UNION ALL ${pointers('logs', logs)}`;
  const staying = `${pointers('spans', `${of_tenant('start_time')} AND NOT (${spans})`)}
    UNION ALL ${pointers('logs', `${of_tenant('time')} AND NOT (${logs})`)}`;
  return `${of_tenant('first_time')} AND ${daily('message_hash', 'first_time')} IN (${going})
    AND ${daily('message_hash', 'first_time')} NOT IN (${staying})`;
}

function pointers(table: 'spans' | 'logs', where: string): string {
  return `SELECT ${daily('hash', tables[table].day_column)}
    FROM ${table}, UNNEST(ARRAY_CONCAT(input_messages, output_messages)) AS hash WHERE ${where}`;
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
