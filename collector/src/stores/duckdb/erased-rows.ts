import type { EraseSelector } from '../store.ts';

/**
 * Which rows an erasure takes, as conditions on a row `t`. They look into two tables of a catalog `erasing`,
 * `spans (trace_id, span_id)` and `traces (trace_id)`: the spans that go, and the traces of which no span stays.
 * Parameters are `$tenant` and `$value`.
 */

export interface Selection {
  readonly column: 'trace_id' | 'conversation_id' | 'user_id';
  readonly tenant: string;
  readonly value: string;
}

export function selectionOf({ tenant, ...rest }: EraseSelector): Selection {
  // The names are those of the selector's own type, never data.
  const [column, value] = Object.entries(rest)[0] as [Selection['column'], string];
  return { column, tenant, value };
}

export const create_chosen = `
  CREATE TABLE IF NOT EXISTS erasing.main.spans (trace_id VARCHAR, span_id VARCHAR);
  CREATE TABLE IF NOT EXISTS erasing.main.traces (trace_id VARCHAR)`;

/**
 * The statements that choose. Spans below one that names the user or conversation, and spans of a trace that
 * names nobody else, belong to it as well: many senders name the user on the first span only. Spans chosen
 * before an interruption stay chosen.
 */
export function choosingStatements({ column }: Selection): readonly string[] {
  return [
    `INSERT INTO erasing.main.spans
      ${column === 'trace_id' ? spans_of_trace : spansOfOwner(column)}
      EXCEPT SELECT trace_id, span_id FROM erasing.main.spans`,
    `INSERT INTO erasing.main.traces
      (SELECT trace_id FROM erasing.main.spans ${column === 'trace_id' ? 'UNION SELECT $value' : ''})
      EXCEPT SELECT t.trace_id FROM memory.main.spans t WHERE t.tenant = $tenant
        AND t.trace_id IN (SELECT trace_id FROM erasing.main.spans) AND NOT ${is_chosen_span}
      EXCEPT SELECT trace_id FROM erasing.main.traces`,
  ];
}

const spans_of_trace = `
  SELECT trace_id, span_id FROM memory.main.spans WHERE tenant = $tenant AND trace_id = $value`;

function spansOfOwner(column: string): string {
  return `(WITH RECURSIVE related AS MATERIALIZED (
      SELECT trace_id, span_id, parent_span_id, ${column} AS owner FROM memory.main.spans
      WHERE tenant = $tenant AND trace_id IN (
        SELECT trace_id FROM memory.main.spans WHERE tenant = $tenant AND ${column} = $value)),
    own AS (
      SELECT trace_id, span_id FROM related WHERE owner = $value
      UNION
      SELECT below.trace_id, below.span_id FROM related below JOIN own
        ON below.trace_id = own.trace_id AND below.parent_span_id = own.span_id
      WHERE below.owner IS NULL)
    SELECT trace_id, span_id FROM own
    UNION
    SELECT trace_id, span_id FROM related WHERE owner IS NULL
      AND trace_id NOT IN (SELECT trace_id FROM related WHERE owner <> $value))`;
}

const is_chosen_span = `EXISTS (
  SELECT 1 FROM erasing.main.spans e WHERE e.trace_id = t.trace_id AND e.span_id = t.span_id)`;
const is_of_gone_trace = 'EXISTS (SELECT 1 FROM erasing.main.traces e WHERE e.trace_id = t.trace_id)';
const belongs_to_span = `(t.tenant = $tenant AND (${is_chosen_span} OR ${is_of_gone_trace}))`;

/** Where log records and data points say themselves whose they are. */
const naming_attributes = {
  user_id: ['user.id', 'enduser.id'],
  conversation_id: ['gen_ai.conversation.id', 'session.id'],
  trace_id: [],
} as const satisfies Record<Selection['column'], readonly string[]>;

function namesOwner(column: Selection['column']): string {
  const paths = naming_attributes[column].map((name) => `'$."${name}"'`);
  if (paths.length === 0) return 'FALSE';
  const holds = (document: string) =>
    `coalesce(list_contains(json_extract_string(t.${document}, [${paths.join(', ')}]), $value), FALSE)`;
  return `(t.tenant = $tenant AND (${holds('attributes')} OR ${holds('resource')}))`;
}

/** Tables whose rows stay: sums, readings, and what the collector says about itself. */
const untouched: ReadonlySet<string> = new Set(['sketches', 'serving', 'alerts', 'audit', 'progress']);

/**
 * The condition for a table; null where its rows stay. A table this does not know is taken for one of rows that
 * belong to spans.
 */
export function erasedRows(table: string, { column }: Selection): string | null {
  if (untouched.has(table)) return null;
  if (table === 'metrics') return namesOwner(column);
  // One that waits for its span may know the conversation; none knows the user.
  if (table === 'amendments' && column === 'conversation_id')
    return `(${belongs_to_span} OR (t.tenant = $tenant AND coalesce(t.conversation_id = $value, FALSE)))`;
  if (table === 'logs') return `(${belongs_to_span} OR ${namesOwner(column)})`;
  return belongs_to_span;
}

export interface MessagesQuestion {
  readonly day: string;
  /** Days of which rows may point to messages of this day: itself and the next, where there is one. */
  readonly pointing_days: readonly string[];
  readonly selection: Selection;
}

/** Messages to which nothing points that stays: span, log record, amendment or vector. */
export function erasedMessages({ day, pointing_days, selection }: MessagesQuestion): string {
  const both = 'list_concat(coalesce(t.input_messages, []), coalesce(t.output_messages, []))';
  const from = (of_day: string, table: string, hash: string) =>
    `SELECT ${hash} AS hash FROM "${of_day}".main.${table} t
      WHERE t.tenant = $tenant AND NOT ${erasedRows(table, selection)}`;
  const pointers = [
    from(day, 'spans', `unnest(${both})`),
    from(day, 'embeddings', 't.text_hash'),
    ...pointing_days.flatMap((of_day) => [
      from(of_day, 'logs', `unnest(${both})`),
      from(of_day, 'amendments', `unnest(${both})`),
    ]),
  ];
  return `(t.tenant = $tenant AND t.message_hash NOT IN (
    SELECT hash FROM (${pointers.join(' UNION ALL ')}) WHERE hash IS NOT NULL))`;
}

/** How a span names its versions: kind, column of the name, column of the version. */
const version_columns = [
  ['prompt', 'prompt_name', 'prompt_version'],
  ['chain', 'chain_name', 'chain_version'],
  ['tool', 'tool_name', 'tool_version'],
  ['adapter', 'adapter_name', 'adapter_version'],
  ['agent', 'agent_name', 'agent_version'],
  ['model', 'request_model', 'response_model'],
  ['deployment', 'service', 'deployment_version'],
] as const;

/**
 * The rows of `versions` that lose the span they name while another span of the day names the same version:
 * that span takes its place.
 */
export function inheritedVersions(day: string): string {
  const named = version_columns.map(
    ([kind, name, version]) => `SELECT '${kind}' AS kind, coalesce(t.${name}, 'unnamed') AS name,
      t.${version} AS version, t.start_time, t.trace_id, t.span_id
    FROM "${day}".main.spans t
    WHERE t.tenant = $tenant AND t.${version} IS NOT NULL AND NOT ${belongs_to_span}`,
  );
  return `SELECT v.* REPLACE (heir.start_time AS first_time, heir.trace_id AS trace_id, heir.span_id AS span_id)
    FROM (SELECT * FROM "${day}".main.versions t WHERE ${belongs_to_span}) v
    JOIN (SELECT kind, name, version, min(start_time) AS start_time, min_by(trace_id, start_time) AS trace_id,
        min_by(span_id, start_time) AS span_id
      FROM (${named.join(' UNION ALL ')}) GROUP BY kind, name, version) heir
    ON heir.kind = v.kind AND heir.name = v.name AND heir.version = v.version`;
}
