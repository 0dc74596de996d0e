import type { Sketch } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { type Deal, dealReference, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { type Population, type PopulationName, populations } from './populations.ts';
import { count, type Rate, rateLine } from './rate.ts';

export interface Scenario {
  /** Population whose rows take a share of the window, or `intents`: a tenth of the intents take it. */
  readonly from: string;
  readonly share: number;
  readonly n: number;
  readonly alpha: number;
  readonly target: string;
}

const clinc: readonly Scenario[] = [
  { from: 'out-of-scope', share: 0.2, n: 200, alpha: 0.001, target: '>= .95' },
  { from: 'out-of-scope', share: 0.1, n: 500, alpha: 0.001, target: '>= .95' },
  { from: 'out-of-scope', share: 0.05, n: 1_000, alpha: 0.001, target: '>= .90' },
  { from: 'out-of-scope', share: 0.02, n: 5_000, alpha: 0.01, target: '>= .85' },
  { from: 'banking77', share: 0.1, n: 500, alpha: 0.01, target: '>= .85' },
  { from: 'intents', share: 0.2, n: 1_000, alpha: 0.01, target: '>= .60' },
  // The peers' scenarios, at their level.
  {
    from: 'out-of-scope',
    share: 0.2,
    n: 500,
    alpha: 0.05,
    target: 'peers at most 1, those calibrated on vectors .64',
  },
  {
    from: 'out-of-scope',
    share: 0.1,
    n: 1_000,
    alpha: 0.05,
    target: 'peers at most 1, those calibrated on vectors .28',
  },
];
const banking: readonly Scenario[] = [
  { from: 'clinc150', share: 0.1, n: 500, alpha: 0.001, target: 'none, another intent set' },
  { from: 'out-of-scope', share: 0.05, n: 1_000, alpha: 0.001, target: 'none, another intent set' },
  { from: 'intents', share: 0.2, n: 1_000, alpha: 0.01, target: 'none, another intent set' },
];
const hidden: readonly Scenario[] = [
  { from: 'hidden intents', share: 0.1, n: 500, alpha: 0.01, target: 'none, another intent set' },
  { from: 'hidden intents', share: 0.05, n: 1_000, alpha: 0.01, target: 'none, another intent set' },
];

/** Scenarios by the population whose rows make the reference and the rest of the window. */
export const scenarios = { clinc, banking, hidden } as const;

export interface PowerOptions {
  readonly names: readonly PopulationName[];
  readonly windows: number;
  readonly seed: number;
}

/** How often each shift is found: by p alone, which the targets are about, and as drift beyond 2 % of the window. */
export function* power({ names, ...plan }: PowerOptions): Generator<string> {
  for (const name of names) yield* powerOf(populations[name](), scenarios[name], plan);
}

function powerOf(population: Population, scenarios: readonly Scenario[], plan: Plan): string[] {
  const rates = new Map<string, Rate>();
  for (const { scenario, deal, rows } of shiftedWindows(population, scenarios, plan)) {
    const { p, drifted } = judged(population, { scenario, deal, rows });
    count(rates, nameOf(population, scenario), p < scenario.alpha);
    count(rates, `${nameOf(population, scenario)}, drifted`, drifted);
  }
  return scenarios.flatMap((scenario) => [
    rateLine(
      `power, ${nameOf(population, scenario)}`,
      rates.get(nameOf(population, scenario)) as Rate,
      scenario.target,
    ),
    rateLine(
      `power, ${nameOf(population, scenario)}, beyond tolerance .02`,
      rates.get(`${nameOf(population, scenario)}, drifted`) as Rate,
      'none',
    ),
  ]);
}

export type Plan = Omit<PowerOptions, 'names'>;

export interface ShiftedWindow {
  readonly scenario: Scenario;
  readonly deal: Deal;
  readonly rows: readonly Int32Array[];
}

/** A window of each scenario after every new deal of the reference. The same seed gives the same windows. */
export function* shiftedWindows(
  population: Population,
  scenarios: readonly Scenario[],
  { windows, seed }: Plan,
): Generator<ShiftedWindow> {
  const random = createRandom(seed);
  for (let split = 0; split < windows; split++) {
    const deal = dealReference(population.known, population.n_reference, random);
    for (const scenario of scenarios)
      yield { scenario, deal, rows: shiftedRows(population, deal, scenario, random) };
  }
}

export function judged(
  { fit }: Population,
  { scenario, deal, rows }: ShiftedWindow,
): { p: number; drifted: boolean } {
  const sides = { fit, reference: deal.reference, current: sumRows(fit, rows) };
  const { p, drifted } = embeddingDrift.detect({ ...sides, alpha: scenario.alpha, tolerance: 0.02 });
  return { p: p as number, drifted };
}

export function nameOf({ name }: Population, { from, share, n, alpha }: Scenario): string {
  const what = from === 'intents' ? `a tenth of the intents at ${share * 100} %` : `${share * 100} % ${from}`;
  return `${what} in ${name}, n=${n}, α=${alpha}`;
}

export function shiftedWindow(
  population: Population,
  deal: Deal,
  shift: Pick<Scenario, 'from' | 'share' | 'n'>,
  random: RandomSource,
): Sketch {
  return sumRows(population.fit, shiftedRows(population, deal, shift, random));
}

function shiftedRows(
  population: Population,
  { rest }: Deal,
  { from, share, n }: Pick<Scenario, 'from' | 'share' | 'n'>,
  random: RandomSource,
): Int32Array[] {
  const n_moved = Math.round(n * share);
  if (from === 'intents') return intentRows(population, rest, { n, n_moved }, random);
  const foreign = population.foreign[from] as Population['known'];
  const kept = rowsAt(population.known, rest.slice(0, n - n_moved));
  return [...kept, ...sample(foreign.rows, n_moved, random)];
}

/** A tenth of the intents, drawn anew for every window, takes the share; the others what is left. */
function intentRows(
  { known, intents }: Population,
  rest: readonly number[],
  { n, n_moved }: { n: number; n_moved: number },
  random: RandomSource,
): Int32Array[] {
  const names = [...new Set(intents)].sort();
  const grown = new Set(sample(names, Math.round(names.length / 10), random));
  const [more, others] = [true, false].map((is_grown) =>
    rest.filter((row) => grown.has(intents[row] as string) === is_grown),
  ) as [number[], number[]];
  return rowsAt(known, [...more.slice(0, n_moved), ...others.slice(0, n - n_moved)]);
}
