import { embeddingDrift } from '../../../detectors/src/detectors/embedding-drift.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { dealReference, rowsAt, sample, sumRows } from '../../detectors/support/pool.ts';
import { populations } from './populations.ts';
import { rateLine } from './rate.ts';

const references = 100;
const alphas = [0.05, 0.01, 0.001];
/** Large windows take longer, and hardly any of them alerts. */
const sizes = [
  { n: 500, part: 1 },
  { n: 5_000, part: 0.2 },
];

/** Alerts, p and tolerance together, of windows that share one reference: the worst of a hundred references. */
export function* fixedReference(windows: number): Generator<string> {
  const { fit, known, n_reference } = populations.clinc();
  for (const { n, part } of sizes) {
    const per_reference = Math.max(20, Math.round((windows * part) / references));
    const random = createRandom(9);
    const hits = Array.from({ length: references }, () => {
      const { reference, rest } = dealReference(known, n_reference, random);
      const of_alpha = alphas.map(() => 0);
      for (let window = 0; window < per_reference; window++) {
        const current = sumRows(fit, rowsAt(known, sample(rest, n, random)));
        alphas.forEach((alpha, index) => {
          const { drifted } = embeddingDrift.detect({ fit, reference, current, alpha, tolerance: 0.02 });
          if (drifted) of_alpha[index] = (of_alpha[index] as number) + 1;
        });
      }
      return of_alpha;
    });
    yield* linesOf(hits, { n, per_reference });
  }
}

function* linesOf(
  hits: readonly (readonly number[])[],
  { n, per_reference }: { n: number; per_reference: number },
): Generator<string> {
  for (const [index, alpha] of alphas.entries()) {
    const of_reference = hits.map((of_alpha) => of_alpha[index] as number);
    const together = of_reference.reduce((sum, count) => sum + count, 0);
    yield rateLine(
      `alerts at one reference, worst of ${references}, n=${n}, α=${alpha}`,
      { hits: Math.max(...of_reference), windows: per_reference },
      `<= ${alpha}`,
    );
    yield rateLine(
      `alerts at one reference, all ${references}, n=${n}, α=${alpha}`,
      { hits: together, windows: references * per_reference },
      `<= ${alpha}`,
    );
  }
}
