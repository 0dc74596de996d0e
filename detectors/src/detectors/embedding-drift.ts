import type { Detector, DetectRequest, Verdict } from '../detector.ts';
import { SketchMismatchError } from '../errors.ts';
import { compareClusters } from '../families/clusters.ts';
import type { Finding } from '../families/family.ts';
import { compareKernelMeans } from '../families/kernel-mean.ts';
import { compareNovelty } from '../families/novelty.ts';
import type { Fit } from '../sketches/fit.ts';
import { combineByCauchy } from '../statistics/cauchy-combination.ts';

const name = 'embedding-drift';
/** Below this many units, conversations or single vectors, on either side the null distributions are not to be trusted. */
const units_min = 30;

/**
 * Has the meaning of a feature moved? Three families of tests, each with one p-value: novelty (what was never there
 * before), kernel means and clusters (what is more or less frequent than before). Their Cauchy combination is the
 * p of the verdict.
 *
 * The effect is the estimated share of the window that drifted, 0 to 1, with an interval. It comes from novelty where
 * that family shows drift by itself, because it counts vectors: at least so many drifted. Else it comes from the
 * family with the higher lower end; the others give the share of a population as varied as the known one and unlike
 * it that would move them as far, with an interval that holds for windows against one fixed reference, whatever its
 * luck.
 *
 * Drifted means both: p below alpha, and the lower end of the effect above the tolerance.
 */
export const embeddingDrift: Detector<Fit> = { name, detect };

function detect(request: DetectRequest<Fit>): Verdict {
  const { fit, reference, current, alpha, tolerance } = request;
  for (const { id } of [reference, current]) if (id !== fit.id) throw new SketchMismatchError(fit.id, id);
  const fewest = Math.min(reference.count, current.count);
  if (fewest < units_min) return tooLittle(request);

  const families: readonly Family[] = [
    { finding: compareNovelty(request), describe: describeNovelty },
    { finding: compareKernelMeans(request), describe: describeMix },
    { finding: compareClusters(request), describe: describeMix },
  ];
  const { statistic, p } = combineByCauchy(families.map(({ finding }) => finding.p));
  const { finding, describe } = speaker(families, request);
  const drifted = p < alpha && finding.share_low > tolerance;
  return {
    detector: name,
    n_reference: reference.count,
    n_current: current.count,
    statistic,
    p,
    effect: finding.share,
    effect_low: finding.share_low,
    effect_high: finding.share_high,
    drifted,
    why: drifted ? describe(finding) : describeStable({ p, alpha, tolerance, finding }),
  };
}

interface Family {
  readonly finding: Finding;
  readonly describe: (finding: Finding) => string;
}

/** The family that gives the effect; families are in the order in which they are believed. */
function speaker(families: readonly Family[], { alpha, tolerance }: DetectRequest<Fit>): Family {
  const shows = ({ finding }: Family) => finding.p < alpha && finding.share_low > tolerance;
  const higher = (best: Family, other: Family) =>
    other.finding.share_low > best.finding.share_low ? other : best;
  return families.find(shows) ?? families.reduce(higher);
}

/** The verdict on windows that are too small to judge. */
function tooLittle({ reference, current }: DetectRequest<Fit>): Verdict {
  return {
    detector: name,
    n_reference: reference.count,
    n_current: current.count,
    statistic: null,
    p: null,
    effect: null,
    effect_low: null,
    effect_high: null,
    drifted: false,
    why: `Too little evidence: ${current.count} conversations or messages in the window and ${reference.count} in the reference; ${units_min} are needed in each.`,
  };
}

function describeNovelty({ share, share_low, share_high }: Finding): string {
  return `At least ${percent(share)} of the window (${percent(share_low)} to ${percent(share_high)}) lies far from everything the reference holds.`;
}

function describeMix({ share, share_low, share_high }: Finding): string {
  return `The mix of meanings moved as far as it would if ${percent(share)} of the window (${percent(share_low)} to ${percent(share_high)}) were unlike the reference.`;
}

interface Stable {
  readonly p: number;
  readonly alpha: number;
  readonly tolerance: number;
  readonly finding: Finding;
}

function describeStable({ p, alpha, tolerance, finding }: Stable): string {
  if (p >= alpha) return `No more difference than chance makes (p = ${p.toPrecision(2)}).`;
  return `A difference beyond chance (p = ${p.toPrecision(2)}), but it may be as small as ${percent(finding.share_low)} of the window; up to ${percent(tolerance)} counts as nothing.`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
