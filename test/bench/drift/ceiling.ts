import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { rowsAt } from '../../detectors/support/pool.ts';
import { bestClassifierTails, classifierScores, type Scores } from './classifier.ts';
import { createInputs } from './classifier-inputs.ts';
import { type Population, populations } from './populations.ts';
import {
  judged,
  nameOf,
  type Plan,
  type PowerOptions,
  type Scenario,
  type ShiftedWindow,
  scenarios,
  shiftedWindows,
} from './power.ts';
import { levels, type Rate, rateLine } from './rate.ts';

/** Deals of the labels for every window; those of all windows of a scenario make one null law. */
const deals = 40;

/**
 * How often classifiers that are trained on window and reference themselves find the shifts of `power`, on the same
 * windows with the whole reference: what a target out of reach is held against. Ours has the sketches, they have all
 * the vectors.
 */
export function* ceiling({ names, ...plan }: PowerOptions): Generator<string> {
  for (const name of names) {
    const population = populations[name]();
    const scores = createScores(population, createRandom(plan.seed + 1));
    yield* nullLines(population, scores, plan);
    yield* powerLines(population, scenarios[name], { scores, plan });
  }
}

/** Scores of a window by each of the classifiers. */
type ScoresOf = (window: ShiftedWindow) => readonly Scores[];

function createScores(population: Population, random: RandomSource): ScoresOf {
  const inputsOf = createInputs(population);
  return ({ deal, rows }) => {
    const inputs = [...rows, ...rowsAt(population.known, deal.taken)].map(inputsOf);
    return (inputs[0] as readonly Float32Array[]).map((_, classifier) =>
      classifierScores(
        { rows: inputs.map((of_row) => of_row[classifier] as Float32Array), n_window: rows.length },
        { deals, random },
      ),
    );
  };
}

interface Judged {
  readonly scores: (readonly Scores[])[];
  ours: number;
}

function judgeAll(
  population: Population,
  scenarios: readonly Scenario[],
  { scores, plan }: { scores: ScoresOf; plan: Plan },
): Map<Scenario, Judged> {
  const all = new Map(scenarios.map((scenario): [Scenario, Judged] => [scenario, { scores: [], ours: 0 }]));
  for (const window of shiftedWindows(population, scenarios, plan)) {
    const of_scenario = all.get(window.scenario) as Judged;
    of_scenario.scores.push(scores(window));
    if (judged(population, window).p < window.scenario.alpha) of_scenario.ours += 1;
  }
  return all;
}

/** What the classifiers make of windows in which nothing shifted: they must keep their level to be a ceiling. */
function nullLines(population: Population, scores: ScoresOf, plan: Plan): string[] {
  const [from = ''] = Object.keys(population.foreign);
  const unshifted: Scenario = { from, share: 0, n: 500, alpha: 0.05, target: 'none' };
  const of_windows = judgeAll(population, [unshifted], { scores, plan }).get(unshifted) as Judged;
  const tails = tailsOf(of_windows);
  return levels.map(({ alpha, target }) =>
    rateLine(
      `false alarms of the ceiling, ${population.name}, n=${unshifted.n}, α=${alpha}`,
      { hits: tails.filter((p) => p <= alpha).length, windows: tails.length },
      target,
    ),
  );
}

function powerLines(
  population: Population,
  scenarios: readonly Scenario[],
  options: { scores: ScoresOf; plan: Plan },
): string[] {
  return Array.from(judgeAll(population, scenarios, options), ([scenario, of_windows]) => {
    const tails = tailsOf(of_windows);
    const rate: Rate = {
      hits: tails.filter((p) => p <= scenario.alpha).length,
      windows: tails.length,
    };
    const ours = of_windows.ours / rate.windows;
    const ratio = of_windows.ours / rate.hits;
    return `${rateLine(`ceiling, ${nameOf(population, scenario)}`, rate, 'none')}; ours ${ours.toFixed(4)}, ${ratio.toFixed(2)} of it (target >= 0.90)`;
  });
}

function tailsOf({ scores }: Judged): number[] {
  const classifiers = scores[0] ?? [];
  return bestClassifierTails(
    classifiers.map((_, place) => scores.map((of_window) => of_window[place] as Scores)),
  );
}
