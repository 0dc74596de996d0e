import type { Sketch } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, type RandomSource, shuffled } from '../../../detectors/src/sketches/random.ts';
import { type Pool, rowsAt, sumRows } from '../../detectors/support/pool.ts';
import { type Population, populations } from './populations.ts';
import { count, type Rate, rateLine } from './rate.ts';

const n = 500;
const seasons = 4;
const n_of_season = 2_500;

/**
 * Intents come at their own hours: a window spans two of four seasons, three to one, and nothing else changed. The
 * reference kept by season and mixed as the window is must raise no more alarms than were asked for; the whole
 * reference, beside it, shows what that is worth.
 */
export function seasonal({ windows, seed }: { windows: number; seed: number }): string[] {
  const population = populations.clinc();
  const { fit, known } = population;
  const random = createRandom(seed);
  const of_season = seasonsOf(population);
  const rates = new Map<string, Rate>();
  for (let window = 0; window < windows; window++) {
    const dealt = of_season.map((rows) => shuffled(rows, random));
    const sketches = dealt.map((rows) => sumRows(fit, rowsAt(known, rows.slice(0, n_of_season))));
    const current = seasonalWindow(known, dealt, random);
    const remixed = mix(sketches, current.weights);
    const whole = mix(sketches, [0.25, 0.25, 0.25, 0.25]);
    for (const [name, reference] of Object.entries({ remixed, whole })) {
      const request = { fit, reference, current: current.sketch, alpha: 0.05, tolerance: 0 };
      const p = embeddingDrift.detect(request).p as number;
      for (const alpha of [0.05, 0.01, 0.001]) count(rates, `${name} reference, α=${alpha}`, p < alpha);
    }
  }
  return [...rates].map(([name, rate]) => {
    const target = name.startsWith('whole') ? 'none, for comparison' : '<= .06 / .013 / .002';
    return rateLine(`false alarms, seasonal, n=${n}, ${name}`, rate, target);
  });
}

/** Rows by the season in which their intent comes, intents in turn. */
function seasonsOf({ intents }: Population): number[][] {
  const names = [...new Set(intents)].sort();
  const rows = Array.from({ length: seasons }, (): number[] => []);
  intents.forEach((intent, row) => {
    rows[names.indexOf(intent) % seasons]?.push(row);
  });
  return rows;
}

function seasonalWindow(pool: Pool, dealt: readonly number[][], random: RandomSource) {
  const first = random() % seasons;
  const second = (first + 1) % seasons;
  const take = (season: number, rows: number) => dealt[season]?.slice(n_of_season, n_of_season + rows) ?? [];
  const rows = [...take(first, n * 0.75), ...take(second, n * 0.25)];
  const weights = dealt.map((_, season) => (season === first ? 0.75 : season === second ? 0.25 : 0));
  return { weights, sketch: sumRows(pool.fit, rowsAt(pool, rows)) };
}

/** The mean of the seasons with these weights counts as many units as have its variance. */
function mix(sketches: readonly Sketch[], weights: readonly number[]): Sketch {
  const effective =
    1 / sketches.reduce((sum, { count: units }, i) => sum + (weights[i] as number) ** 2 / units, 0);
  const [{ id, sums } = { id: '', sums: new Float64Array(0) }] = sketches;
  return {
    id,
    count: effective,
    sums: sums.map(
      (_, at) =>
        effective *
        sketches.reduce(
          (sum, sketch, i) => sum + ((weights[i] as number) * (sketch.sums[at] as number)) / sketch.count,
          0,
        ),
    ),
  };
}
