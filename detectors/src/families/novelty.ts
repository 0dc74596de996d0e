import { momentSum, noveltyCounts } from '../sketches/layout.ts';
import { bin_scores, tail_shares } from '../sketches/novelty-bins.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { proportionDifference } from '../statistics/proportion-difference.ts';
import { threeMomentTail } from '../statistics/three-moment-tail.ts';
import { type Finding, interval_z, type Question, withinShares } from './family.ts';

/** The first bin that starts beyond nineteen of twenty vectors of the fit. */
const far_bin = tail_shares.findIndex((share) => share <= 0.05);

/**
 * Do more vectors lie far from everything known? Finds what was never there before.
 *
 * Statistic: mean of -log(1 - rank) of the distance to the nearest centre, window minus reference, in standard
 * deviations; one-sided, because vectors that are closer than usual are no news. Mean, variance and skew are
 * those of dealing the same units to window and reference at random.
 *
 * Share: vectors in the far bins beyond those the reference has there. At least so many must have drifted; those
 * that drifted without going so far are not counted.
 */
export function compareNovelty(question: Question): Finding {
  const [here, there] = [scoresOf(question.current, question), scoresOf(question.reference, question)];
  const both = moments(addScores(here, there));
  const [n, m] = [here.count, there.count];
  const difference = here.score / n - there.score / m;
  const cumulants = {
    mean: 0,
    variance: both.variance * (1 / n + 1 / m),
    third: both.third * (1 / n ** 2 - 1 / m ** 2),
  };
  return {
    statistic: cumulants.variance > 0 ? difference / Math.sqrt(cumulants.variance) : 0,
    p: threeMomentTail(difference, cumulants),
    ...shareOf(here, there),
  };
}

/** Sums over units, and one count for every bin. */
interface Scores {
  readonly count: number;
  readonly bins: Float64Array;
  readonly score: number;
  readonly squared: number;
  readonly cubed: number;
}

function scoresOf({ sums, count }: Sketch, { fit }: Question): Scores {
  const bins = noveltyCounts(sums, fit);
  return {
    ...{ count, bins },
    score: averageScore(bins, (score) => score) * count,
    squared: momentSum(sums, fit, 'score_squared'),
    cubed: momentSum(sums, fit, 'score_cubed'),
  };
}

function averageScore(bins: Float64Array, of: (score: number) => number): number {
  const total = bins.reduce((sum, count) => sum + count, 0);
  return bins.reduce((sum, count, bin) => sum + count * of(bin_scores[bin] as number), 0) / total;
}

function addScores(a: Scores, b: Scores): Scores {
  return {
    count: a.count + b.count,
    bins: a.bins.map((count, bin) => count + (b.bins[bin] as number)),
    score: a.score + b.score,
    squared: a.squared + b.squared,
    cubed: a.cubed + b.cubed,
  };
}

/** Variance and third central moment of the scores of units. */
function moments({ count, score, squared, cubed }: Scores): { variance: number; third: number } {
  const mean = score / count;
  const variance = Math.max(squared / count - mean ** 2, 0);
  return {
    variance: (variance * count) / (count - 1),
    third: cubed / count - (3 * mean * squared) / count + 2 * mean ** 3,
  };
}

/** The interval treats a unit as so many vectors as would give its variance if they were independent. */
function shareOf(here: Scores, there: Scores): Omit<Finding, 'statistic' | 'p'> {
  const far = (scores: Scores) => {
    const hits = scores.bins.subarray(far_bin).reduce((sum, count) => sum + count, 0);
    const vectors = vectorsPerUnit(scores);
    return { hits: hits * vectors, count: scores.count * vectors };
  };
  const [window, known] = [far(here), far(there)];
  const rate = known.hits / known.count;
  const excess = proportionDifference(window, known, interval_z);
  // A drifted vector that was far anyway is no excess: (1 - d)·known + d = far, solved for d.
  const share = (value: number) => (rate < 1 ? withinShares(value / (1 - rate)) : 0);
  return {
    share: share(excess.estimate),
    share_low: share(excess.low),
    share_high: share(excess.high),
  };
}

function vectorsPerUnit(scores: Scores): number {
  const mean = averageScore(scores.bins, (score) => score);
  const of_vectors = averageScore(scores.bins, (score) => (score - mean) ** 2);
  const { variance } = moments(scores);
  return variance > 0 ? Math.max(of_vectors / variance, 1) : 1;
}
