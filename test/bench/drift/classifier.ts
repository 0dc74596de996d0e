import { type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';

const folds = 10;

export interface Labelled {
  /** Inputs of one classifier for each vector, those of the window first. */
  readonly rows: readonly Float32Array[];
  readonly n_window: number;
}

export interface Scores {
  readonly observed: number;
  /** The same where the label of the window was dealt anew and everything fitted again. */
  readonly dealt: readonly number[];
}

/**
 * How well a classifier tells the vectors of a window from those of the reference: a linear discriminant of white
 * inputs, cross-fitted. A row is scored along the difference of the means of window and reference in the other nine
 * folds, and the statistic is by how much the window's rows score higher than the reference's (Kim, Ramdas, Singh and
 * Wasserman, "Classification accuracy as a proxy for two-sample testing", Annals of Statistics 49, 2021). For shifts
 * that are small a logistic regression comes to the same.
 */
export function classifierScores(
  { rows, n_window }: Labelled,
  { deals, random }: { readonly deals: number; readonly random: RandomSource },
): Scores {
  const fold_of = shuffled(
    Array.from(rows, (_, row) => row % folds),
    random,
  );
  const everywhere = foldSums(rows, fold_of, rows.keys());
  const score = (places: Iterable<number>) => crossFittedScore(foldSums(rows, fold_of, places), everywhere);
  return {
    observed: score(Array.from({ length: n_window }, (_, row) => row)),
    dealt: Array.from({ length: deals }, () => score(somePlaces(rows.length, n_window, random))),
  };
}

/**
 * p-values of windows that are alike, from the scores that each of several classifiers gave them: by the best
 * classifier, which is the one with the highest score in standard deviations of those dealt. The windows share their
 * null law, which is that of all deals together, and the best of the classifiers is sought in every deal too.
 * @throws Error where scores say nothing
 */
export function bestClassifierTails(classifiers: readonly (readonly Scores[])[]): number[] {
  const scales = classifiers.map(scaleOf);
  const highest = (pick: (scores: readonly Scores[]) => number) =>
    Math.max(
      ...classifiers.map((of_windows, place) => {
        const { mean, deviation } = scales[place] as Scale;
        return (pick(of_windows) - mean) / deviation;
      }),
    );
  const windows = classifiers[0] as readonly Scores[];
  const dealt = windows.flatMap(({ dealt }, window) =>
    dealt.map((_, deal) => highest((scores) => scores[window]?.dealt[deal] as number)),
  );
  return windows.map((_, window) => {
    const observed = highest((scores) => scores[window]?.observed as number);
    return (1 + dealt.filter((score) => score >= observed).length) / (1 + dealt.length);
  });
}

interface Scale {
  readonly mean: number;
  readonly deviation: number;
}

function scaleOf(of_windows: readonly Scores[]): Scale {
  const dealt = of_windows.flatMap((scores) => scores.dealt);
  const mean = dealt.reduce((sum, score) => sum + score, 0) / dealt.length;
  const variance = dealt.reduce((sum, score) => sum + (score - mean) ** 2, 0) / dealt.length;
  if (!(variance > 0))
    throw new Error('A classifier gives every deal the same score, or none that is a number.');
  return { mean, deviation: Math.sqrt(variance) };
}

/** So many different places below `length`. */
function somePlaces(length: number, count: number, random: RandomSource): Set<number> {
  const places = new Set<number>();
  while (places.size < count) places.add(random() % length);
  return places;
}

interface FoldSums {
  readonly counts: Float64Array;
  /** Sums of the rows of each fold, and behind them those of all rows. */
  readonly sums: readonly Float64Array[];
}

function foldSums(
  rows: readonly Float32Array[],
  fold_of: readonly number[],
  places: Iterable<number>,
): FoldSums {
  const width = rows[0]?.length ?? 0;
  const counts = new Float64Array(folds + 1);
  const sums = Array.from(counts, () => new Float64Array(width));
  for (const place of places) {
    const fold = fold_of[place] as number;
    counts[fold] = (counts[fold] as number) + 1;
    add(rows[place] as Float32Array, sums[fold] as Float64Array);
  }
  for (let fold = 0; fold < folds; fold++) {
    counts[folds] = (counts[folds] as number) + (counts[fold] as number);
    add(sums[fold] as Float64Array, sums[folds] as Float64Array);
  }
  return { counts, sums };
}

function add(row: Float32Array | Float64Array, sums: Float64Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (row[i] as number);
}

/** Mean score of the window's rows less that of the reference's; a row's score comes from the folds it is not in. */
function crossFittedScore(window: FoldSums, everywhere: FoldSums): number {
  const [n, both] = [window.counts[folds] as number, everywhere.counts[folds] as number];
  const [window_sums, all_sums] = [
    window.sums[folds] as Float64Array,
    everywhere.sums[folds] as Float64Array,
  ];
  let score = 0;
  for (let fold = 0; fold < folds; fold++) {
    const n_rest = n - (window.counts[fold] as number);
    const m_rest = both - (everywhere.counts[fold] as number) - n_rest;
    const [here, all] = [window.sums[fold] as Float64Array, everywhere.sums[fold] as Float64Array];
    for (let i = 0; i < here.length; i++) {
      const of_window = here[i] as number;
      const of_reference = (all[i] as number) - of_window;
      const window_rest = (window_sums[i] as number) - of_window;
      const reference_rest = (all_sums[i] as number) - (all[i] as number) - window_rest;
      const direction = window_rest / n_rest - reference_rest / m_rest;
      score += direction * (of_window / n - of_reference / (both - n));
    }
  }
  return score;
}
