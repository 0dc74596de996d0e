import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, dealReference, type Pool, rowsAt, sumRows } from './pool.ts';
import { loadConversations, type Population } from './populations.ts';
import { count, type Rate, rateLine } from './rate.ts';

const levels = [
  { alpha: 0.05, target: '<= 0.06' },
  { alpha: 0.01, target: '<= 0.013' },
  { alpha: 0.001, target: '<= 0.002' },
];

interface NullPlan {
  readonly name: string;
  readonly pool: Pool;
  readonly n_reference: number;
  /** Windows of one split; each has rows of its own. */
  readonly sizes: readonly number[];
}

/** False alarms over windows that each have a random split of their own, of messages and of conversations. */
export function falseAlarms(populations: readonly Population[], windows: number): string[] {
  const plans = populations.map(({ name, known, n_reference }) => ({
    ...{ name, pool: known, n_reference },
    sizes: [50, 200, 500, 2_000, known.rows.length - n_reference - 2_750 > 5_000 ? 7_000 : 1_000],
  }));
  const conversations = {
    ...{ name: 'conversations of 5', pool: loadConversations(), n_reference: 2_000 },
    sizes: [50, 100, 200, 500, 800],
  };
  return [...plans, conversations].flatMap((plan) => nullRates(plan, windows));
}

function nullRates({ name, pool, n_reference, sizes }: NullPlan, windows: number): string[] {
  const { fit } = pool;
  const random = createRandom(7);
  const rates = new Map<string, Rate>();
  for (let split = 0; split < windows / sizes.length; split++) {
    const { reference, rest } = dealReference(pool, n_reference, random);
    let used = 0;
    for (const size of sizes) {
      const current = sumRows(fit, rowsAt(pool, rest.slice(used, used + size)));
      used += size;
      const { p } = embeddingDrift.detect({ fit, reference, current, alpha: 0.05, tolerance: 0 });
      for (const { alpha } of levels) {
        for (const key of [`${size}/${alpha}`, `all/${alpha}`]) count(rates, key, (p as number) < alpha);
      }
    }
  }
  return ['all', ...sizes].flatMap((size) =>
    levels.map(({ alpha, target }) =>
      rateLine(`false alarms, ${name}, n=${size}, α=${alpha}`, rates.get(`${size}/${alpha}`) as Rate, target),
    ),
  );
}
