import { expect, test } from 'vitest';
import { createRandom, shuffled } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../../detectors/support/clopper-pearson.ts';
import { cloud } from '../../detectors/support/gaussian.ts';
import { bestClassifierTails, classifierScores, type Labelled, type Scores } from './classifier.ts';

const dimension = 4;
const [n_window, n_reference] = [40, 160];

/** Two classifiers: one sees the numbers, one their squares. */
function windowsOf(windows: number, change: (row: Float32Array) => Float32Array): Scores[][] {
  const random = createRandom(5);
  const views = [(value: number) => value, (value: number) => value ** 2];
  const scores: Scores[][] = views.map(() => []);
  for (let window = 0; window < windows; window++) {
    const rows = cloud({ count: n_window + n_reference, dimension, seed: window + 1 });
    const changed = rows.map((row, place) => (place < n_window ? change(row) : row));
    views.forEach((view, place) => {
      const labelled = { rows: changed.map((row) => row.map(view)), n_window };
      scores[place]?.push(classifierScores(labelled, { deals: 20, random }));
    });
  }
  return scores;
}

function foundAt(alpha: number, scores: readonly (readonly Scores[])[]): number {
  return bestClassifierTails(scores).filter((p) => p <= alpha).length;
}

test('keeps its level while nothing changed', () => {
  const windows = 400;
  const scores = windowsOf(windows, (row) => row);
  for (const alpha of [0.05, 0.2]) {
    const { low, high } = clopperPearson(foundAt(alpha, scores), windows);
    expect(low).toBeLessThan(alpha);
    expect(high).toBeGreaterThan(alpha);
  }
});

test('finds a shift, and one that only one of the classifiers sees', () => {
  const windows = 60;
  const moved = windowsOf(windows, (row) => row.map((value) => value + 0.5));
  const wider = windowsOf(windows, (row) => row.map((value) => value * 1.8));
  expect(foundAt(0.01, moved)).toBeGreaterThan(0.9 * windows);
  expect(foundAt(0.01, wider)).toBeGreaterThan(0.9 * windows);
  expect(foundAt(0.01, wider.slice(0, 1))).toBeLessThan(0.3 * windows);
});

test('refuses scores that are no numbers', () => {
  const scores = windowsOf(3, () => new Float32Array(dimension).fill(Number.NaN));
  expect(() => bestClassifierTails(scores)).toThrow('score');
});

test('scores every row by the rows of the other folds', () => {
  const rows = cloud({ count: 50, dimension, seed: 3 });
  const { observed } = classifierScores({ rows, n_window: 20 }, { deals: 0, random: createRandom(9) });
  expect(observed).toBeCloseTo(scoreRowByRow({ rows, n_window: 20 }, createRandom(9)), 10);
});

function scoreRowByRow({ rows, n_window }: Labelled, random: () => number): number {
  const fold_of = shuffled(
    rows.map((_, row) => row % 10),
    random,
  );
  const scores = rows.map((row, place) => {
    const others = rows.map((_, other) => other).filter((other) => fold_of[other] !== fold_of[place]);
    const mean = (places: readonly number[], i: number) =>
      average(places.map((other) => rows[other]?.[i] as number));
    const [here, there] = [true, false].map((wanted) => others.filter((o) => o < n_window === wanted));
    return row.reduce(
      (sum, value, i) => sum + value * (mean(here as number[], i) - mean(there as number[], i)),
      0,
    );
  });
  return average(scores.slice(0, n_window)) - average(scores.slice(n_window));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
