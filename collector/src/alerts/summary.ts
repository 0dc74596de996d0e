import type { Verdict } from '@sextant/detectors';
import { percent } from './text.ts';

interface Facts {
  readonly verdict: Verdict;
  readonly feature: string;
  readonly slice_key: string;
  readonly slice_value: string;
  /** ISO 8601. */
  readonly since: string;
  /** ISO 8601; null while the alert fires. */
  readonly resolved: string | null;
}

/** One sentence a person can act on: what moved, where, since when, how much, and on what evidence. */
export function summarise(facts: Facts): string {
  const what = `${readable(facts.feature)} ${place(facts)}`;
  const happened =
    facts.resolved === null
      ? `${what} drifted since ${minute(facts.since)}`
      : `${what} is back to its reference at ${minute(facts.resolved)} after drifting since ${minute(facts.since)}`;
  return `${happened}: ${evidence(facts.verdict)}.`;
}

function place({ slice_key, slice_value }: Facts): string {
  return slice_key === 'all'
    ? 'in all traffic'
    : `where ${readable(slice_key)} is "${readable(slice_value)}"`;
}

function evidence(verdict: Verdict): string {
  const sizes = `n = ${count(verdict.n_current)} against ${count(verdict.n_reference)} in the reference`;
  const chance = verdict.p === null ? [] : [probability(verdict.p)];
  return [...effect(verdict), sizes, ...chance].join(', ');
}

function effect({ effect, effect_low, effect_high }: Verdict): string[] {
  if (effect === null) return [];
  if (effect_low === null || effect_high === null) return [`drifted share ${percent(effect)}`];
  return [`drifted share ${percent(effect)} (${percent(effect_low)} to ${percent(effect_high)})`];
}

function probability(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function minute(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Names come from senders: one line of bounded length, whatever they hold. */
function readable(text: string): string {
  const line = text.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).toWellFormed()}…`;
}
