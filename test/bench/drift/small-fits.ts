import { type Fit, fitUnits } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, shuffled } from '../../../detectors/src/sketches/random.ts';
import { dimension, loadEmbeddings } from '../../detectors/support/embeddings.ts';
import { createPool, dealReference, rowsAt, sumRows } from '../../detectors/support/pool.ts';
import { dealConversations } from './populations.ts';
import { count, levels, type Rate, rateLine } from './rate.ts';

type Units = readonly (readonly Float32Array[])[];

const windows_per_fit = 100;
const sizes = [50, 200];
/** Units that are neither in the fit nor left for windows, at most. */
const reference_max = 3_000;

/** False alarms where little was there to fit on: every hundred windows have a fit of their own. */
export function* smallFits(windows: number): Generator<string> {
  const { banking } = loadEmbeddings();
  const populations: Readonly<Record<string, Units>> = {
    banking77: banking.map((vector) => [vector]),
    'conversations of 5': dealConversations(createRandom(22)).map(({ vectors }) => vectors),
  };
  for (const [name, units] of Object.entries(populations)) {
    for (const fit_units of [150, 400]) yield* ratesOf(name, units, { fit_units, windows });
  }
}

function ratesOf(name: string, units: Units, plan: { fit_units: number; windows: number }): string[] {
  const rates = new Map<string, Rate>();
  for (let seed = 1; seed <= Math.ceil(plan.windows / windows_per_fit); seed++) {
    const dealt = shuffled(units, createRandom(seed));
    const fit = fitUnits({ encoder: 'MiniLM', dimension, units: dealt.slice(0, plan.fit_units) });
    countAlarms(rates, { fit, units: dealt.slice(plan.fit_units), seed });
  }
  return sizes.flatMap((size) =>
    levels.map(({ alpha, target }) =>
      rateLine(
        `false alarms, ${name}, fits of ${plan.fit_units}, n=${size}, α=${alpha}`,
        rates.get(`${size}/${alpha}`) as Rate,
        target,
      ),
    ),
  );
}

function countAlarms(
  rates: Map<string, Rate>,
  { fit, units, seed }: { fit: Fit; units: Units; seed: number },
): void {
  const left = sizes.reduce((sum, size) => sum + size, 0);
  const pool = createPool(fit, units.slice(0, reference_max + left));
  const random = createRandom(seed);
  for (let window = 0; window < windows_per_fit; window++) {
    const { reference, rest } = dealReference(pool, pool.rows.length - left, random);
    let used = 0;
    for (const size of sizes) {
      const current = sumRows(fit, rowsAt(pool, rest.slice(used, used + size)));
      used += size;
      const { p } = embeddingDrift.detect({ fit, reference, current, alpha: 0.05, tolerance: 0 });
      for (const { alpha } of levels) count(rates, `${size}/${alpha}`, (p as number) < alpha);
    }
  }
}
