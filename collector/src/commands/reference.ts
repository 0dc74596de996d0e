import { SextantError } from '../errors.ts';
import { get, post } from './client.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { renderLines, renderTable } from './table.ts';

export interface ReferenceFlags {
  readonly json?: boolean;
  readonly url?: string;
}

export interface PinFlags extends ReferenceFlags {
  readonly feature: string;
  readonly from: string;
  readonly to: string;
  readonly name?: string;
}

interface Reference {
  readonly feature: string;
  readonly [field: string]: unknown;
}

const shown = ['feature', 'kind', 'name', 'from', 'to', 'n_reference'];

/** What every feature is compared with. */
export async function runReferenceList(context: CommandContext, flags: ReferenceFlags): Promise<ExitCode> {
  print(context, flags, await readReferences(context, flags));
  return exit_codes.ok;
}

export async function runReferenceShow(
  context: CommandContext,
  feature: string,
  flags: ReferenceFlags,
): Promise<ExitCode> {
  const found = (await readReferences(context, flags)).filter((reference) => reference.feature === feature);
  if (found.length === 0) throw new SextantError('not_found', `Feature "${feature}" is not watched.`);
  print(context, flags, found);
  return exit_codes.ok;
}

export type ChangedKind = 'pinned' | 'rolling' | 'seasonal' | 'last_good' | 'reset';

/** Says what a feature is compared with from its next window on, and prints it. */
export async function runReferenceChange(
  context: CommandContext,
  kind: ChangedKind,
  flags: ReferenceFlags & { readonly feature: string } & Partial<PinFlags>,
): Promise<ExitCode> {
  const { feature, from, to, name } = flags;
  const body = { feature, kind, from, to, name };
  const answer = await post(collectorOf(context, flags), '/api/drift/references', body, context.signal);
  print(context, flags, (answer as { references: Reference[] }).references);
  return exit_codes.ok;
}

async function readReferences(context: CommandContext, flags: ReferenceFlags): Promise<Reference[]> {
  const answer = await get(collectorOf(context, flags), '/api/drift/references', context.signal);
  return (answer as { references: Reference[] }).references;
}

function print(context: CommandContext, { json }: ReferenceFlags, references: readonly Reference[]): void {
  if (json) context.out(`${JSON.stringify(references)}\n`);
  else if (references.length === 0) context.error('Nothing is watched yet.\n');
  else
    context.out(`${context.is_terminal ? renderTable(shown, references) : renderLines(shown, references)}\n`);
}
