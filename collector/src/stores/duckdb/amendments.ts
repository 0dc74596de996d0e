import type { DuckDBConnection } from '@duckdb/node-api';
import type { ColumnType } from '../schema.ts';
import type { AmendableColumn, Amendment, Row } from '../store.ts';

/**
 * Amendments that wait for their span lie in a table of the day file, in the order they came. They are applied
 * by one statement for all, and go when their span is there.
 */
const amendable_columns = {
  input_messages: 'texts',
  output_messages: 'texts',
  finish_reasons: 'texts',
  response_id: 'text',
  response_model: 'text',
  conversation_id: 'text',
} as const satisfies Record<AmendableColumn, ColumnType>;

export const amendment_columns: Readonly<Record<string, ColumnType>> = {
  tenant: 'text',
  trace_id: 'text',
  span_id: 'text',
  time: 'time',
  ...amendable_columns,
};

export const create_amendments = `CREATE TABLE IF NOT EXISTS amendments (
  tenant VARCHAR NOT NULL, trace_id VARCHAR NOT NULL, span_id VARCHAR NOT NULL, time TIMESTAMP NOT NULL,
  input_messages VARCHAR[], output_messages VARCHAR[], finish_reasons VARCHAR[],
  response_id VARCHAR, response_model VARCHAR, conversation_id VARCHAR)`;

export function amendmentRow({ tenant, trace_id, span_id, time, columns }: Amendment): Row {
  return { tenant, trace_id, span_id, time, ...columns };
}

export interface ApplyOptions {
  /** Day of the spans. */
  readonly day: string;
  /** Days whose amendments are looked through. */
  readonly waiting_days: readonly string[];
  readonly ingest_time: number;
}

/**
 * Fills columns the spans of a day have left null, and stamps those spans anew, so that the queues see them
 * again. They keep when they were stored first, and when their conversation came: an evaluation knows of its span what
 * was known then. A span that gains nothing stays as it is.
 */
export async function applyAmendments(connection: DuckDBConnection, options: ApplyOptions): Promise<void> {
  const { day, waiting_days, ingest_time } = options;
  const names = Object.keys(amendable_columns);
  const waiting = waiting_days.map((from) => `SELECT *, rowid AS place FROM "${from}".main.amendments`);
  const firsts = names.map((name) => `min_by(${name}, place) FILTER (${name} IS NOT NULL) AS ${name}`);
  const filled = names.map((name) => `${name} = coalesce(s.${name}, a.${name})`);
  const gains = names.map((name) => `(s.${name} IS NULL AND a.${name} IS NOT NULL)`);
  await connection.run(
    `UPDATE "${day}".main.spans AS s SET ${filled.join(', ')}, ingest_time = make_timestamp($ingest_time::BIGINT),
      stored_time = coalesce(s.stored_time, s.ingest_time),
      conversation_time = CASE WHEN s.conversation_id IS NULL AND a.conversation_id IS NOT NULL
        THEN make_timestamp($ingest_time::BIGINT) ELSE s.conversation_time END
    FROM (SELECT tenant, trace_id, span_id, ${firsts.join(', ')} FROM (${waiting.join(' UNION ALL ')})
      GROUP BY tenant, trace_id, span_id) AS a
    WHERE s.tenant = a.tenant AND s.trace_id = a.trace_id AND s.span_id = a.span_id AND (${gains.join(' OR ')})`,
    { ingest_time: BigInt(ingest_time) },
  );
  await connection.run(
    `DELETE FROM "${day}".main.amendments WHERE (tenant, trace_id, span_id) IN (
      SELECT (tenant, trace_id, span_id) FROM "${day}".main.spans)`,
  );
}
