import { benjaminiHochberg } from './benjamini-hochberg.ts';
import { eValueOf } from './calibrator.ts';
import { eBenjaminiHochberg } from './e-benjamini-hochberg.ts';
import { simes } from './simes.ts';

/** The p of a verdict on one window, or the evidence of a sequential detector as it stands: `statistic` there. */
export type KeyEvidence = { readonly p: number } | { readonly e: number };

export type KeyResult = KeyEvidence & {
  readonly key: string;
  /** The whole and its slices have the same, such as feature and detector. */
  readonly family: string;
};

/**
 * Which of many keys changed, when a round closes their windows. Whole first, then slices: a family, the whole and
 * its slices together, is picked by Benjamini and Hochberg's procedure on one value for each; then within the
 * picked ones the same procedure at the level times the share of families picked (Benjamini and Bogomolov,
 * "Selective inference on multiple families of hypotheses", Journal of the Royal Statistical Society B 76, 2014).
 * So of the keys accepted in a family a share `level` at most is false on average over the families picked, and a
 * slice that changed is found though its whole did not.
 *
 * p-values and e-values do not mix in one ranking without loss, so each kind has a ranking of its own, at `level`
 * each. A family that has both is ranked by e-values, its p-values turned into such.
 */
export function acceptKeys(results: readonly KeyResult[], level: number): string[] {
  const families = Map.groupBy(results, ({ family }) => family);
  const of_p = Array.from(families.values()).filter((members) => members.every(hasP));
  const of_e = Array.from(families.values()).filter((members) => !members.every(hasP));
  const accepted = new Set([
    ...acceptIn(of_p, level, { value: pOf, combine: simes, pick: benjaminiHochberg }),
    ...acceptIn(of_e, level, { value: eOf, combine: mean, pick: eBenjaminiHochberg }),
  ]);
  return results.filter((result) => accepted.has(result)).map(({ key }) => key);
}

interface Procedure {
  value(result: KeyResult): number;
  combine(values: readonly number[]): number;
  pick(values: readonly number[], level: number): number[];
}

function acceptIn(
  families: readonly (readonly KeyResult[])[],
  level: number,
  { value, combine, pick }: Procedure,
): KeyResult[] {
  const picked = pick(
    families.map((members) => combine(members.map(value))),
    level,
  );
  const level_within = (level * picked.length) / families.length;
  return picked.flatMap((place) => {
    const members = families[place] as readonly KeyResult[];
    return pick(members.map(value), level_within).map((member) => members[member] as KeyResult);
  });
}

function hasP(result: KeyResult): boolean {
  return 'p' in result;
}

function pOf(result: KeyResult): number {
  return 'p' in result ? result.p : 1 / result.e;
}

function eOf(result: KeyResult): number {
  return 'e' in result ? result.e : eValueOf(result.p);
}

/** The mean of e-values is one, however they depend on each other. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
