import type { DetectRequest, Moved } from '../detector.ts';
import { compareDistributions } from '../families/distribution.ts';
import { cumulative, type DistributionSide } from '../families/distribution-side.ts';
import { movedPlaces } from '../families/mix.ts';
import { createDetector, type Judgement, percent } from '../families/verdicts.ts';
import { type NumberFit, numberCounts, quantileOf, wassersteinDistance } from '../sketches/number-sketch.ts';
import { jensenShannon } from '../statistics/jensen-shannon.ts';
import { populationStability } from '../statistics/population-stability.ts';

const groups = 10;

/**
 * Has the distribution of a number changed? The effect is the Wasserstein distance on the scale of ranks: 0 where
 * nothing moved, 1 where no value of the window is within the range of the reference. Where all values moved one
 * way it is how much more often a value of the window exceeds one of the reference than the other way round.
 * Ranks, because in the unit of the values a single extreme can be the whole distance.
 */
export const numberSkew = createDetector<NumberFit>('number-skew', judge);

function judge({ fit, reference, current, alpha }: DetectRequest<NumberFit>): Judgement {
  const [before, after] = [numberCounts(fit, reference), numberCounts(fit, current)];
  const { statistic, p, design_effect, share, share_low, share_high, ...distances } = compareDistributions({
    reference: before,
    current: after,
    alpha,
    laws: fit.laws,
  });
  const quantiles = [0.5, 0.95, 0.99].map((quantile) => ({
    name: `p${quantile * 100}`,
    before: quantileOf(fit, reference, quantile),
    after: quantileOf(fit, current, quantile),
  }));
  const grouped = [before, after].map(({ counts }) => groupCounts(fit, counts)) as [
    Float64Array,
    Float64Array,
  ];
  const places = grouped[0].filter((count, group) => count + (grouped[1][group] as number) > 0).length;
  const expected = (places - 1) * (1 / reference.count + 1 / current.count) * design_effect;
  return {
    statistic,
    p,
    finding: { share, share_low, share_high },
    moved: movedEdges(fit, before, after),
    measures: {
      ...distances,
      wasserstein: wassersteinDistance(fit, reference, current),
      psi: populationStability(...grouped),
      psi_expected: expected,
      jensen_shannon: jensenShannon(...grouped),
      jensen_shannon_expected: expected / (8 * Math.LN2),
      ...Object.fromEntries(
        quantiles.flatMap((q) => [
          [`${q.name}_before`, q.before],
          [`${q.name}_after`, q.after],
        ]),
      ),
    },
    describe: `The distribution moved by ${percent(share)} of the ranks: ${quantiles
      .slice(0, 2)
      .map((q) => `${q.name.toUpperCase()} from ${format(q.before)} to ${format(q.after)}`)
      .join(', ')}.`,
  };
}

function format(value: number | null): string {
  return value === null ? 'nothing' : String(Number(value.toPrecision(3)));
}

/** Counts in at most ten groups of about as many units of the fit. */
function groupCounts({ below }: NumberFit, counts: Float64Array): Float64Array {
  const sums = new Float64Array(groups);
  counts.forEach((count, bin) => {
    const group = Math.min(
      Math.floor((bin === 0 ? 0 : (below[bin - 1] as number)) * groups + 1e-6),
      groups - 1,
    );
    sums[group] = (sums[group] as number) + count;
  });
  return sums;
}

/** Shares at or below the ends of the groups. */
function movedEdges(fit: NumberFit, before: DistributionSide, after: DistributionSide): Moved[] {
  const ends = fit.edges.flatMap((_, edge) => {
    const group = (of: number) => Math.floor((fit.below[of] ?? 0) * groups + 1e-6);
    return edge === 0 || group(edge) > group(edge - 1) ? [edge] : [];
  });
  const at = (side: DistributionSide) => {
    const { count, counts, squares } = cumulative(side);
    return {
      count,
      counts: ends.map((edge) => counts[edge] as number),
      squares: ends.map((edge) => squares[edge] as number),
    };
  };
  return movedPlaces({ reference: at(before), current: at(after) }, (place) => {
    return `at most ${format(fit.edges[ends[place] as number] as number)}`;
  });
}
