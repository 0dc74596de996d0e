import type { SqlResult } from '../stores/store.ts';
import { post } from './client.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { renderLines, renderTable } from './table.ts';

export interface SqlFlags {
  readonly json?: boolean;
  readonly limit?: number;
  readonly url?: string;
}

/** Runs one statement in the running collector and prints its rows. */
export async function runSqlCommand(
  context: CommandContext,
  statement: string,
  flags: SqlFlags,
): Promise<ExitCode> {
  const body = { sql: statement, ...(flags.limit === undefined ? {} : { limit: flags.limit }) };
  const result = (await post(collectorOf(context, flags), '/api/sql', body, context.signal)) as SqlResult;
  const names = result.columns.map((column) => column.name);
  if (flags.json) context.out(`${JSON.stringify(result.rows)}\n`);
  else
    context.out(
      `${context.is_terminal ? renderTable(names, result.rows) : renderLines(names, result.rows)}\n`,
    );
  if (result.truncated) context.error(`Only the first ${result.rows.length} rows are shown; use --limit.\n`);
  return exit_codes.ok;
}
