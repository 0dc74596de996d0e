import { SextantError } from '../errors.ts';
import type { Erasure } from '../lifecycle/erasures.ts';
import type { Erased } from '../stores/store.ts';
import { post } from './client.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { waitFor } from './wait-for.ts';

export interface EraseFlags {
  readonly user?: string;
  readonly conversation?: string;
  readonly trace?: string;
  readonly yes?: boolean;
  readonly url?: string;
}

interface Answer extends Erasure {
  /** Paths in the data folder. */
  readonly not_searched: readonly string[];
}

/** Shows what would be erased and, when that is confirmed, erases it and waits until it is gone. */
export async function runErase(context: CommandContext, flags: EraseFlags): Promise<ExitCode> {
  const { user, conversation, trace } = flags;
  const about = Object.fromEntries(
    Object.entries({ user, conversation, trace }).filter(([, value]) => value !== undefined),
  );
  if (Object.keys(about).length !== 1)
    throw new SextantError('bad_request', 'Name one of --user, --conversation and --trace.');
  const collector = collectorOf(context, flags);
  const { signal } = context;
  if (!flags.yes) {
    const asked = await post(collector, '/api/erase', { ...about, dry_run: true }, signal);
    context.error(`This would go:\n${describe((asked as { would_remove: Erased }).would_remove)}`);
    if (!(await isConfirmed(context))) return exit_codes.usage;
  }
  const begun = (await post(collector, '/api/erase', about, signal)) as Erasure;
  const path = `/api/erase/${begun.erasure_id}`;
  const done = await waitFor<Answer>(collector, { path, signal }, ({ state }) => state === 'done');
  if (done.not_searched.length > 0)
    context.error(
      `Not searched, so remove what may hold it:\n${done.not_searched.map((name) => `  ${name}\n`).join('')}`,
    );
  context.out(`${JSON.stringify(done.removed)}\n`);
  return exit_codes.ok;
}

function describe(counts: Erased): string {
  const lines = Object.entries(counts).map(([table, rows]) => `  ${rows} ${table}\n`);
  return lines.length > 0 ? lines.join('') : '  nothing that is stored\n';
}

async function isConfirmed({ ask, error }: CommandContext): Promise<boolean> {
  const answer = (await ask?.('It cannot be brought back. Erase it? [yes/no] ')) ?? null;
  if (answer?.trim().toLowerCase() === 'yes') return true;
  error(answer === null ? 'Repeat the command with --yes to erase it.\n' : 'Nothing was erased.\n');
  return false;
}
