import { readFileSync } from 'node:fs';
import { SextantError } from '../errors.ts';

/** Pages on what to do, one for each kind of rule; they come with the page of the collector. */
export const runbooks = ['verdict', 'threshold', 'absence', 'burn_rate', 'budget', 'sql'] as const;

export function runbookUrl(page_url: string, kind: (typeof runbooks)[number]): string {
  return `${page_url}/api/runbooks/${kind}`;
}

/** Markdown. @throws SextantError not_found */
export function readRunbook(kind: string): string {
  if (!runbooks.some((known) => known === kind))
    throw new SextantError('not_found', `There is no runbook ${kind}.`);
  const folder = import.meta.resolve('@sextant/dashboards/package.json');
  return readFileSync(new URL(`runbooks/${kind}.md`, folder), 'utf8');
}
