import { simes } from '@sextant/detectors';
import type { Finding } from './finding.ts';
import { isWhole } from './slices.ts';

/**
 * What a window says against "nothing changed", for the decision about all windows of a tenant: one p-value from
 * each kind of tests, 1 where none would ring if this stream were the only one, null where there were none.
 */
export interface Evidence {
  /** Of detectors of single windows, on the whole. */
  readonly whole: number | null;
  /** Of the same on slices. */
  readonly slices: number | null;
  /** Of detectors that go on: one over their evidence as it stands. */
  readonly online: number | null;
}

/** The least p of so many detectors is found as many times as often (Bonferroni), of slices by Simes' procedure. */
export function evidenceOf(findings: readonly Finding[], n_detectors: number): Evidence {
  const at_once = findings.filter(({ online }) => online === null);
  const whole = at_once.filter(({ slice }) => isWhole(slice));
  const slices = at_once.filter(({ slice }) => !isWhole(slice));
  const least = (values: readonly number[]) => leastOf(values, n_detectors);
  return {
    whole: least(whole.flatMap((finding) => ringing([finding]))),
    slices: least(
      [...Map.groupBy(slices, ({ verdict }) => verdict.detector).values()].flatMap((found) => ringing(found)),
    ),
    online: least(findings.filter(({ online }) => online !== null).flatMap(pOf)),
  };
}

/** What so many detectors of one stream say together, by the p of those that tested; null where none did. */
export function leastOf(values: readonly number[], n_detectors: number): number | null {
  return values.length === 0 ? null : Math.min(1, n_detectors * Math.min(...values));
}

/** The p of one detector's verdicts together; none where there was too little evidence. */
function ringing(findings: readonly Finding[]): number[] {
  const tested = findings.flatMap(pOf);
  if (tested.length === 0) return [];
  return [findings.some(({ verdict }) => verdict.drifted) ? simes(tested) : 1];
}

function pOf({ verdict: { p } }: Finding): number[] {
  return p === null ? [] : [p];
}
