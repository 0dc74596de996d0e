import type { Sketch } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { type Deal, dealReference, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { type Population, populations } from './populations.ts';
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

/** How often each shift is found: by p alone, which the targets are about, and as drift beyond 2 % of the window. */
export function* power(windows: number): Generator<string> {
  yield* powerOf(populations.clinc(), clinc, windows);
  yield* powerOf(populations.banking(), banking, windows);
  yield* powerOf(populations.hidden(), hidden, windows);
}

function powerOf(population: Population, scenarios: readonly Scenario[], windows: number): string[] {
  const { fit, known, n_reference } = population;
  const random = createRandom(8);
  const rates = new Map<string, Rate>();
  for (let split = 0; split < windows; split++) {
    const deal = dealReference(known, n_reference, random);
    for (const scenario of scenarios) {
      const current = shiftedWindow(population, deal, scenario, random);
      const verdict = embeddingDrift.detect({
        ...{ fit, current, reference: deal.reference, tolerance: 0.02 },
        alpha: scenario.alpha,
      });
      count(rates, nameOf(population, scenario), (verdict.p as number) < scenario.alpha);
      count(rates, `${nameOf(population, scenario)}, drifted`, verdict.drifted);
    }
  }
  return scenarios.flatMap((scenario) => [
    rateLine(nameOf(population, scenario), rates.get(nameOf(population, scenario)) as Rate, scenario.target),
    rateLine(
      `${nameOf(population, scenario)}, beyond tolerance .02`,
      rates.get(`${nameOf(population, scenario)}, drifted`) as Rate,
      'none',
    ),
  ]);
}

function nameOf({ name }: Population, { from, share, n, alpha }: Scenario): string {
  const what = from === 'intents' ? `a tenth of the intents at ${share * 100} %` : `${share * 100} % ${from}`;
  return `power, ${what} in ${name}, n=${n}, α=${alpha}`;
}

export function shiftedWindow(
  population: Population,
  { rest }: Deal,
  { from, share, n }: Pick<Scenario, 'from' | 'share' | 'n'>,
  random: RandomSource,
): Sketch {
  const { fit, known } = population;
  const n_moved = Math.round(n * share);
  if (from === 'intents') return intentWindow(population, rest, { n, n_moved }, random);
  const foreign = population.foreign[from] as Population['known'];
  const kept = rowsAt(known, rest.slice(0, n - n_moved));
  return sumRows(fit, [...kept, ...sample(foreign.rows, n_moved, random)]);
}

/** A tenth of the intents, drawn anew for every window, takes the share; the others what is left. */
function intentWindow(
  { fit, known, intents }: Population,
  rest: readonly number[],
  { n, n_moved }: { n: number; n_moved: number },
  random: RandomSource,
): Sketch {
  const names = [...new Set(intents)].sort();
  const grown = new Set(sample(names, Math.round(names.length / 10), random));
  const [more, others] = [true, false].map((is_grown) =>
    rest.filter((row) => grown.has(intents[row] as string) === is_grown),
  ) as [number[], number[]];
  return sumRows(fit, rowsAt(known, [...more.slice(0, n_moved), ...others.slice(0, n - n_moved)]));
}
