import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference, type Pool, rowsAt, sumRows } from '../../detectors/support/pool.ts';
import { loadConversations, populations } from './populations.ts';
import { count, levels, type Rate, rateLine } from './rate.ts';

interface NullPlan {
  readonly name: string;
  readonly pool: Pool;
  readonly n_reference: number;
  /** Windows of one split; each has rows of its own. */
  readonly sizes: readonly number[];
}

/** False alarms over windows that each have a random split of their own, of messages and of conversations. */
export function* falseAlarms(windows: number): Generator<string> {
  for (const load of [populations.clinc, populations.banking]) {
    const { name, known: pool, n_reference } = load();
    const left = pool.rows.length - n_reference;
    const sizes = left >= 10_000 ? [50, 200, 500, 2_000, 7_000] : [50, 200, 500, 1_000, 2_000];
    yield* nullRates({ name, pool, n_reference, sizes }, windows);
    // The largest windows take all that a split leaves.
    if (left >= 10_000) yield* nullRates({ name, pool, n_reference, sizes: [10_000] }, windows / 10);
  }
  const { known: pool } = loadConversations();
  const sizes = [50, 100, 200, 500, 800];
  yield* nullRates({ name: 'conversations of 5', pool, n_reference: 2_000, sizes }, windows);
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
  const shown = sizes.length > 1 ? ['all', ...sizes] : sizes;
  return shown.flatMap((size) =>
    levels.map(({ alpha, target }) =>
      rateLine(`false alarms, ${name}, n=${size}, α=${alpha}`, rates.get(`${size}/${alpha}`) as Rate, target),
    ),
  );
}
