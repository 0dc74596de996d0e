import type { DetectRequest } from '../detector.ts';
import { compareMix, movedPlaces } from '../families/mix.ts';
import { mixMeasures } from '../families/mix-measures.ts';
import { createDetector, type Judgement, listMoved, percent } from '../families/verdicts.ts';
import { type CategoryFit, categoryCounts, unseenCounts } from '../sketches/category-sketch.ts';
import { combineByTruncatedCauchy } from '../statistics/cauchy-combination.ts';

/**
 * Has the mix of categories changed? A G-test on all known values, and a test of its own on the share of values
 * that the fit does not know; their Cauchy combination is the p of the verdict.
 *
 * The effect is the total variation distance without what chance adds to it: the least share of the window that
 * would have to be of another value. Unlike chi-square and PSI it is in [0, 1], does not grow with the sample, and
 * a value that is rare on both sides adds little to it. `unseen_values` is how many different values, at least, the
 * window holds that the fit does not know: those of one hash bucket are told apart from those of another.
 */
export const categorySkew = createDetector<CategoryFit>('category-skew', judge);

function judge(request: DetectRequest<CategoryFit>): Judgement {
  const { fit, alpha } = request;
  const [reference, current] = [request.reference, request.current].map((sketch) =>
    categoryCounts(fit, sketch),
  ) as [ReturnType<typeof categoryCounts>, ReturnType<typeof categoryCounts>];
  const unseen = fit.values.length;
  const finding = compareMix({ reference, current, alpha, unevenness: fit.unevenness });
  const tests = [finding.p];
  if ((reference.counts[unseen] as number) + (current.counts[unseen] as number) > 0) {
    tests.push(
      compareMix({ reference: against(reference, unseen), current: against(current, unseen), alpha }).p,
    );
  }
  const unseen_values = unseenCounts(fit, request.current).filter((count) => count > 0).length;
  const moved = movedPlaces({ reference, current }, (place) => fit.values[place] ?? 'values never seen');
  return {
    ...combineByTruncatedCauchy(tests),
    finding,
    moved,
    measures: { ...mixMeasures(reference, current), unseen_values },
    describe: `The mix of values moved by ${percent(finding.share)}: ${listMoved(moved)}${
      unseen_values > 0 ? `; ${unseen_values} different ones or more were never seen` : ''
    }.`,
  };
}

/** One place against all others. */
function against({ count, counts, squares }: ReturnType<typeof categoryCounts>, place: number) {
  const [own, square] = [counts[place] as number, squares[place] as number];
  return { count, counts: [own, count - own], squares: [square, count - 2 * own + square] };
}
