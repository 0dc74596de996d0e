import { post } from './client.ts';
import { type CommandContext, collectorOf, type ExitCode, exit_codes } from './command.ts';
import { renderTable } from './table.ts';

export interface DetectFlags {
  readonly from: string;
  readonly to: string;
  readonly referenceFrom: string;
  readonly referenceTo: string;
  readonly feature?: string;
  readonly slice?: string;
  readonly compatibility?: string;
  readonly json?: boolean;
  readonly failOnDrift?: boolean;
  readonly url?: string;
}

interface DetectVerdict {
  readonly drifted: boolean;
  readonly statistic: number | null;
  readonly [field: string]: unknown;
}

const shown = [
  'feature',
  'slice',
  'detector',
  'n_reference',
  'n_current',
  'p',
  'effect',
  'effect_low',
  'effect_high',
  'drifted',
  'why',
];

/** Compares two ranges of time in the running collector and prints one verdict a line. */
export async function runDetectCommand(context: CommandContext, flags: DetectFlags): Promise<ExitCode> {
  const body = {
    from: flags.from,
    to: flags.to,
    reference_from: flags.referenceFrom,
    reference_to: flags.referenceTo,
    ...(flags.feature === undefined ? {} : { feature: flags.feature }),
    ...(flags.slice === undefined ? {} : { slice: parseSlice(flags.slice) }),
    ...(flags.compatibility === undefined ? {} : { compatibility: flags.compatibility }),
  };
  const answer = await post(collectorOf(context, flags), '/api/detect', body, context.signal);
  const { verdicts } = answer as { verdicts: DetectVerdict[] };
  if (verdicts.length === 0) context.error('There is nothing to compare in these ranges.\n');
  if (context.is_terminal && !flags.json) context.out(`${renderTable(shown, verdicts)}\n`);
  else for (const verdict of verdicts) context.out(`${JSON.stringify(verdict)}\n`);
  if (verdicts.some((verdict) => verdict.drifted))
    return flags.failOnDrift ? exit_codes.found : exit_codes.ok;
  return verdicts.some((verdict) => verdict.statistic !== null)
    ? exit_codes.ok
    : exit_codes.not_enough_evidence;
}

function parseSlice(text: string): { key: string; value: string } {
  const equals = text.indexOf('=');
  return { key: text.slice(0, equals), value: text.slice(equals + 1) };
}
