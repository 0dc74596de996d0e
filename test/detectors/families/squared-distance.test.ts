import { expect, test } from 'vitest';
import { type Side, squaredDistance } from '../../../detectors/src/families/squared-distance.ts';
import { estimateTraces, type Traces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const windows = 3_000;
const deviations = Float64Array.from({ length: 12 }, (_, i) => 0.8 ** i);

/** Normal units of unequal variances; every window has a fit, a reference and a sample of its own. */
function nullTails(fit_units: number): { widened: number; plain: number }[] {
  const random = createRandom(41);
  const draw = () => deviations.map((deviation) => deviation * gaussian(random));
  const side = (count: number): Side => {
    const mean = new Float64Array(deviations.length);
    let mean_square = 0;
    for (let unit = 0; unit < count; unit++) {
      draw().forEach((value, i) => {
        mean[i] = (mean[i] as number) + value / count;
        mean_square += value ** 2 / count;
      });
    }
    return { mean, mean_square, count };
  };
  return Array.from({ length: windows }, () => {
    const traces = estimateTraces(Array.from({ length: fit_units }, draw));
    const { errors, ...thought_known } = traces;
    const [current, reference] = [side(30), side(60)];
    const tail = (of: Traces) => squaredDistance(current, reference, { traces: of }).p;
    return { widened: tail(traces), plain: tail(thought_known) };
  });
}

test.each([24, 60])('is exact on fits of %d units too', (fit_units) => {
  const tails = nullTails(fit_units);
  for (const [alpha, most] of [
    [0.05, 1.2],
    [0.01, 1.3],
    [0.001, 2],
  ] as const) {
    const below = tails.filter(({ widened }) => widened < alpha).length;
    const { low, high } = clopperPearson(below, windows, 0.99);
    console.info(`null, fits of ${fit_units} units: p < ${alpha} in ${below} of ${windows}`);
    expect(low).toBeLessThan(most * alpha);
    expect(high).toBeGreaterThan(0.6 * alpha);
  }
  // Without what the fit errs by the tail would be too thin.
  for (const { widened, plain } of tails) if (plain < 0.01) expect(widened).toBeGreaterThan(plain);
});
