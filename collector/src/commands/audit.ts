import { type Audit, createAudit } from '../access/audit.ts';
import { openExistingKeysFile } from '../access/keys-file.ts';
import { verifyAudit } from '../access/verify-audit.ts';
import { type CommandContext, type ExitCode, exit_codes } from './command.ts';
import { type DataFlags, dataFolder } from './keys.ts';

export interface VerifyFlags extends DataFlags {
  /** Hash that was printed earlier and kept elsewhere. */
  readonly expect?: string;
}

/** Checks the chain of the audit and prints the hash of its last record. */
export async function runAuditVerify(context: CommandContext, flags: VerifyFlags): Promise<ExitCode> {
  const result = withAudit(context, flags, (audit) => verifyAudit(audit, flags.expect ?? null));
  const { records, head, broken, found_expected } = result;
  if (broken) {
    context.error(`Record ${broken.sequence} is broken: ${broken.why}.\n`);
    return exit_codes.found;
  }
  if (found_expected === false) {
    context.error(`No record has the hash ${flags.expect}: the audit was cut off or written anew.\n`);
    return exit_codes.found;
  }
  context.error(`${records} records, each of which continues the one before it. The hash of the last:\n`);
  context.out(`${head}\n`);
  return exit_codes.ok;
}

/** Prints every record as a line of JSON, oldest first. */
export async function runAuditList(context: CommandContext, flags: DataFlags): Promise<ExitCode> {
  withAudit(context, flags, (audit) => {
    let page = audit.list({ after: 0, limit: page_records });
    while (page.length > 0) {
      for (const { time_ms, details, ...record } of page) {
        const time = new Date(time_ms).toISOString();
        context.out(`${JSON.stringify({ time, ...record, details: JSON.parse(details) })}\n`);
      }
      page = audit.list({ after: page.at(-1)?.sequence ?? 0, limit: page_records });
    }
  });
  return exit_codes.ok;
}

const page_records = 1_000;

function withAudit<Result>(
  context: CommandContext,
  flags: DataFlags,
  work: (audit: Audit) => Result,
): Result {
  const database = openExistingKeysFile(dataFolder(context, flags));
  try {
    return work(createAudit({ database, now: Date.now }));
  } finally {
    database.close();
  }
}
