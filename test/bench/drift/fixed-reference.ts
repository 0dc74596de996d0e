import type { Sketch } from '@sextant/detectors';
import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom, type RandomSource } from '../../../detectors/src/sketches/random.ts';
import { dealReference, type Pool, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { populations } from './populations.ts';
import { rateLine } from './rate.ts';

const references = 100;
const alphas = [0.05, 0.01, 0.001];
/** Large windows take longer, and hardly any of them alerts. */
const sizes = [
  { n: 500, part: 1 },
  { n: 5_000, part: 0.2 },
];

/**
 * Alerts, p and tolerance together, of windows that share one reference: the worst of a hundred references. Which is
 * the worst is chance where all alert alike, so that it meets ten times as many windows that did not choose it.
 */
export function* fixedReference(windows: number): Generator<string> {
  const { known, n_reference } = populations.clinc();
  const dealt = (index: number) => dealReference(known, n_reference, createRandom(9_000 + index));
  for (const { n, part } of sizes) {
    const per_reference = Math.max(20, Math.round((windows * part) / references));
    const random = createRandom(n);
    const hits = Array.from({ length: references }, (_, index) =>
      countAlerts(known, { ...dealt(index), n, windows: per_reference, random }),
    );
    for (const [at, alpha] of alphas.entries()) {
      const of_reference = hits.map((of_alpha) => of_alpha[at] as number);
      const most = Math.max(...of_reference);
      const worst = of_reference.indexOf(most);
      const fresh = 10 * per_reference;
      const again = countAlerts(known, { ...dealt(worst), n, windows: fresh, random });
      const line = (which: string, count: number, of: number) =>
        rateLine(
          `alerts at one reference, ${which}, n=${n}, α=${alpha}`,
          { hits: count, windows: of },
          `<= ${alpha}`,
        );
      yield line(`worst of ${references}`, most, per_reference);
      yield line('the worst again', again[at] as number, fresh);
      const together = of_reference.reduce((sum, count) => sum + count, 0);
      yield line(`all ${references}`, together, references * per_reference);
    }
  }
}

interface Windows {
  readonly reference: Sketch;
  /** Rows that are not in the reference. */
  readonly rest: readonly number[];
  readonly n: number;
  readonly windows: number;
  readonly random: RandomSource;
}

/** Windows that alert, at each of the levels. */
function countAlerts(pool: Pool, { reference, rest, n, windows, random }: Windows): number[] {
  const { fit } = pool;
  const hits = alphas.map(() => 0);
  for (let window = 0; window < windows; window++) {
    const current = sumRows(fit, rowsAt(pool, sample(rest, n, random)));
    alphas.forEach((alpha, index) => {
      const { drifted } = embeddingDrift.detect({ fit, reference, current, alpha, tolerance: 0.02 });
      if (drifted) hits[index] = (hits[index] as number) + 1;
    });
  }
  return hits;
}
