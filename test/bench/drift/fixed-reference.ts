import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { populations } from './populations.ts';
import { rateLine } from './rate.ts';

const references = 100;

/** Alerts, p and tolerance together, of windows that share one reference: the worst of a hundred references. */
export function fixedReference(windows: number): string[] {
  const { fit, known, n_reference } = populations.clinc();
  const random = createRandom(9);
  const plans = [500, 5_000].flatMap((n) =>
    [0.05, 0.01, 0.001].map((alpha) => ({ n, alpha, worst: 0, hits: 0 })),
  );
  const per_reference = Math.max(20, Math.round(windows / references));
  for (let i = 0; i < references; i++) {
    const { reference, rest } = dealReference(known, n_reference, random);
    const hits = plans.map(() => 0);
    for (let window = 0; window < per_reference; window++) {
      const order = sample(rest, 5_000, random);
      plans.forEach(({ n, alpha }, index) => {
        const current = sumRows(fit, rowsAt(known, order.slice(0, n)));
        const { drifted } = embeddingDrift.detect({ fit, reference, current, alpha, tolerance: 0.02 });
        if (drifted) hits[index] = (hits[index] as number) + 1;
      });
    }
    plans.forEach((plan, index) => {
      plan.worst = Math.max(plan.worst, hits[index] as number);
      plan.hits += hits[index] as number;
    });
  }
  return plans.flatMap(({ n, alpha, worst, hits }) => [
    rateLine(
      `alerts at one reference, worst of ${references}, n=${n}, α=${alpha}`,
      { hits: worst, windows: per_reference },
      `<= ${alpha}`,
    ),
    rateLine(
      `alerts at one reference, all ${references}, n=${n}, α=${alpha}`,
      { hits, windows: references * per_reference },
      `<= ${alpha}`,
    ),
  ]);
}
