import type { Verdict } from '@sextant/detectors';
import { isWhole, sliceName } from './slices.ts';
import type { Slice } from './streams.ts';

interface Judged {
  readonly slice: Slice;
  readonly verdict: Verdict;
  /** Of a detector that goes on: detectors of single windows have found since the change began what it found. */
  readonly is_known: boolean;
}

/** What a leading verdict that drifted speaks for. */
export interface SpokenFor {
  /** Detectors that found the same, itself among them. */
  readonly drifted_detectors: readonly string[];
  /** Of the verdict on the whole: slices that drifted by themselves, as key=value. */
  readonly drifted_slices: readonly string[];
}

/**
 * One change is found by several detectors, and again in every slice it touches: that is one alert, not twenty. Of
 * the verdicts on a slice one leads, the first that drifted; where the whole drifted, it speaks for its slices, too,
 * and a slice leads only to say that it is well.
 *
 * A detector that goes on from window to window is late to be sure that a change is over. So what single windows show
 * as well ends with them, and only what it alone can see lasts until it says otherwise.
 */
export function leadVerdicts<Finding extends Judged>(findings: readonly Finding[]): Map<Finding, SpokenFor> {
  const slices = [...Map.groupBy(findings, ({ slice }) => sliceName(slice)).values()];
  const leads = slices.map((of_slice) => ({
    lead: (of_slice.find(isNews) ?? of_slice.find(isSure) ?? of_slice[0]) as Finding,
    drifted_detectors: of_slice.filter(hasDrifted).map(({ verdict }) => verdict.detector),
  }));
  const drifted_slices = leads
    .filter(({ lead }) => isNews(lead) && !isWhole(lead.slice))
    .map(({ lead: { slice } }) => sliceName(slice));
  const has_drifted = leads.some(({ lead }) => isWhole(lead.slice) && isNews(lead));
  return new Map(
    leads
      .filter(({ lead }) => isWhole(lead.slice) || !has_drifted || !isNews(lead))
      .map(({ lead, drifted_detectors }) => {
        return [lead, { drifted_detectors, drifted_slices: isWhole(lead.slice) ? drifted_slices : [] }];
      }),
  );
}

function isNews(judged: Judged): boolean {
  return hasDrifted(judged) && !judged.is_known;
}

function hasDrifted({ verdict }: Judged): boolean {
  return verdict.drifted;
}

/** Without p there was too little evidence. */
function isSure({ verdict }: Judged): boolean {
  return verdict.p !== null;
}
