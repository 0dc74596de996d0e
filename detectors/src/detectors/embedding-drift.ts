import type { DetectRequest } from '../detector.ts';
import { compareClusters } from '../families/clusters.ts';
import type { Finding } from '../families/family.ts';
import { compareKernelMeans } from '../families/kernel-mean.ts';
import { compareNovelty } from '../families/novelty.ts';
import { createDetector, type Judgement, percent } from '../families/verdicts.ts';
import type { Fit } from '../sketches/fit.ts';
import { combineDependentByCauchy } from '../statistics/cauchy-combination.ts';

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
export const embeddingDrift = createDetector<Fit>('embedding-drift', judge);

function judge(request: DetectRequest<Fit>): Judgement {
  const families: readonly Family[] = [
    { finding: compareNovelty(request), describe: describeNovelty },
    { finding: compareKernelMeans(request), describe: describeMix },
    { finding: compareClusters(request), describe: describeMix },
  ];
  const { finding, describe } = speaker(families, request);
  const combined = combineDependentByCauchy(families.map(({ finding: { p } }) => p));
  return { ...combined, finding, describe: describe(finding) };
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

function describeNovelty({ share, share_low, share_high }: Finding): string {
  return `At least ${percent(share)} of the window (${percent(share_low)} to ${percent(share_high)}) lies far from everything the reference holds.`;
}

function describeMix({ share, share_low, share_high }: Finding): string {
  return `The mix of meanings moved as far as it would if ${percent(share)} of the window (${percent(share_low)} to ${percent(share_high)}) were unlike the reference.`;
}
