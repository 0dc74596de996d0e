import { tables } from '../schema.ts';

/**
 * What a connection for reading sees under the name of each table: rows of the tenant of its variable `tenant`,
 * and of nobody else.
 */

const table_names = Object.keys(tables);

/**
 * Temporary views over all days. The views beneath unite the days by name (`memory.main.spans`), so days that
 * come and go need no change here. DuckDB hands the condition down to the scan of each file.
 */
export const confining_views = table_names
  .map((table) => `CREATE TEMP VIEW ${table} AS ${confined(`memory.main.${table}`)}`)
  .join(';');

/**
 * A SELECT that sees the rows of these days alone. A view over all of them costs about half a millisecond for
 * each day there is, before any row is read.
 */
export function onDays(statement: string, days: readonly string[]): string {
  const named = table_names.map((table) => {
    const parts = days.map((day) => `SELECT * FROM "${day}".main.${table}`);
    const union = [`SELECT * FROM memory.empty.${table}`, ...parts].join(' UNION ALL ');
    return `${table} AS NOT MATERIALIZED (${confined(`(${union})`)})`;
  });
  // A statement ends with a comment now and then.
  return `WITH ${named.join(', ')} SELECT * FROM (${statement}\n)`;
}

function confined(source: string): string {
  return `SELECT * FROM ${source} WHERE tenant = getvariable('tenant')`;
}
