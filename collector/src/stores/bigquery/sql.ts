import { SextantError } from '../../errors.ts';
import { tables } from '../schema.ts';
import type { SqlOptions, SqlResult } from '../store.ts';
import { type Client, runJob } from './client.ts';
import { isRefusal, messageOf, unavailable } from './errors.ts';
import { toSqlRow } from './values.ts';

export interface SqlContext {
  readonly client: Client;
  readonly project: string;
}

/**
 * Runs a statement of a user. A dry run comes first: BigQuery itself says what kind of statement it is and which
 * tables it reads, so what is checked is what would run.
 * @throws SextantError bad_sql, timed_out
 */
export async function runSql(
  context: SqlContext,
  statement: string,
  options: SqlOptions,
): Promise<SqlResult> {
  const { client, project } = context;
  const configuration = {
    query: statement,
    defaultDataset: { projectId: project, datasetId: client.dataset },
    useLegacySql: false,
  };
  try {
    await checkStatement(context, configuration);
    const { fields, rows } = await runJob(client.bigquery, {
      configuration,
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
  readonly referencedTables?: readonly { projectId: string; datasetId: string; tableId: string }[];
}

async function checkStatement(
  { client, project }: SqlContext,
  configuration: { readonly query: string },
): Promise<void> {
  if (configuration.query.trim() === '') throw new SextantError('bad_sql', 'There is no statement.');
  // Neither shows among the tables a statement reads: the one tells of other datasets, the other leaves BigQuery.
  const outside = /\b(INFORMATION_SCHEMA|EXTERNAL_QUERY)\b/i.exec(configuration.query)?.[1];
  if (outside) throw new SextantError('bad_sql', `${outside} is not allowed.`);
  const [, response] = await client.bigquery.createQueryJob({ ...configuration, dryRun: true });
  const { statementType, referencedTables } = (response.statistics?.query ?? {}) as DryRun;
  if (statementType !== 'SELECT') throw new SextantError('bad_sql', 'Send exactly one SELECT.');
  for (const { projectId, datasetId, tableId } of referencedTables ?? []) {
    const is_ours = projectId === project && datasetId === client.dataset && Object.hasOwn(tables, tableId);
    if (!is_ours) throw new SextantError('bad_sql', `There is no table ${tableId}.`);
  }
}
