import { SextantError } from '../../errors.ts';
import { type AnyTable, type ColumnType, type TableName, tables } from '../schema.ts';
import type { SqlOptions, SqlResult } from '../store.ts';
import { type Client, runJob } from './client.ts';
import { isRefusal, messageOf, unavailable } from './errors.ts';
import { toSqlRow } from './values.ts';

export interface SqlContext {
  readonly client: Client;
  readonly project: string;
}

/**
 * Runs a statement of a user on the rows of one tenant. Common table expressions with the names of our tables
 * stand before it, and there is no default dataset: so a table can be named only through them, or with its
 * dataset. That the statement names none with its dataset BigQuery itself says, in a dry run in which those
 * expressions are empty: there it must read no table at all.
 * @throws SextantError bad_sql, timed_out
 */
export async function runSql(
  context: SqlContext,
  statement: string,
  options: SqlOptions,
): Promise<SqlResult> {
  const { client } = context;
  try {
    await checkStatement(client, statement);
    const { fields, rows } = await runJob(client.bigquery, {
      configuration: {
        query: withTables(statement, (table) => rowsOfTenant(context, table)),
        params: { tenant: options.tenant },
        types: { tenant: 'STRING' },
        useLegacySql: false,
      },
      timeout_ms: options.timeout_ms,
      signal: options.signal,
      rows_max: options.rows_max + 1,
    });
    return {
      columns: fields.map(({ name, type, mode }) => ({
        name,
        type: mode === 'REPEATED' ? `ARRAY<${type}>` : type,
      })),
      rows: rows.slice(0, options.rows_max).map((row) => toSqlRow(fields, row)),
      truncated: rows.length > options.rows_max,
    };
  } catch (error) {
    if (error instanceof SextantError || !isRefusal(error)) throw unavailable(error);
    throw new SextantError('bad_sql', messageOf(error), { cause: error });
  }
}

interface DryRun {
  readonly statementType?: string;
  readonly referencedTables?: readonly { readonly tableId: string }[];
  readonly referencedRoutines?: readonly { readonly routineId: string }[];
}

async function checkStatement(client: Client, statement: string): Promise<void> {
  if (statement.trim() === '') throw new SextantError('bad_sql', 'There is no statement.');
  // Neither shows among the tables a statement reads: the one tells of other datasets, the other leaves BigQuery.
  const outside = /\b(INFORMATION_SCHEMA|EXTERNAL_QUERY)\b/i.exec(statement)?.[1];
  if (outside) throw new SextantError('bad_sql', `${outside} is not allowed.`);
  const [, response] = await client.bigquery.createQueryJob({
    query: withTables(statement, noRows),
    params: { tenant: '' },
    types: { tenant: 'STRING' },
    useLegacySql: false,
    dryRun: true,
  });
  const { statementType, referencedTables, referencedRoutines } = (response.statistics?.query ??
    {}) as DryRun;
  if (statementType !== 'SELECT') throw new SextantError('bad_sql', 'Send exactly one SELECT.');
  const [table] = referencedTables ?? [];
  if (table) throw new SextantError('bad_sql', `Name the table ${table.tableId} without its dataset.`);
  const [routine] = referencedRoutines ?? [];
  if (routine) throw new SextantError('bad_sql', `The routine ${routine.routineId} is not allowed.`);
}

// Only those it may mean: what stands in the statement is read, also where nothing names it.
function withTables(statement: string, rowsOf: (table: TableName) => string): string {
  const mentioned = (Object.keys(tables) as TableName[]).filter((table) =>
    new RegExp(`\\b${table}\\b`, 'i').test(statement),
  );
  const expressions = mentioned.map((table) => `${table} AS (${rowsOf(table)})`);
  // The line break ends a comment the statement may end with.
  const alone = `(${statement.replace(/;\s*$/, '')}\n)`;
  return expressions.length === 0 ? alone : `WITH ${expressions.join(', ')} ${alone}`;
}

function rowsOfTenant({ client, project }: SqlContext, table: TableName): string {
  return `SELECT * FROM \`${project}.${client.dataset}.${table}\` WHERE tenant = @tenant`;
}

function noRows(table: TableName): string {
  const { columns }: AnyTable = tables[table];
  const names = Object.entries(columns).map(
    ([name, { type }]) => `CAST(NULL AS ${sql_types[type]}) AS ${name}`,
  );
  return `SELECT ${names.join(', ')} LIMIT 0`;
}

const sql_types: Readonly<Record<ColumnType, string>> = {
  text: 'STRING',
  integer: 'INT64',
  number: 'FLOAT64',
  boolean: 'BOOL',
  time: 'TIMESTAMP',
  json: 'JSON',
  texts: 'ARRAY<STRING>',
  integers: 'ARRAY<INT64>',
  numbers: 'ARRAY<FLOAT64>',
  doubles: 'ARRAY<FLOAT64>',
};
