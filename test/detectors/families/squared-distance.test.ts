import { expect, test } from 'vitest';
import { distanceShare } from '../../../detectors/src/families/distance-share.ts';
import { type Side, squaredDistance } from '../../../detectors/src/families/squared-distance.ts';
import { estimateTraces, type Traces } from '../../../detectors/src/sketches/kernel-traces.ts';
import { createRandom } from '../../../detectors/src/sketches/random.ts';
import { clopperPearson } from '../support/clopper-pearson.ts';
import { gaussian } from '../support/gaussian.ts';

const windows = 3_000;
const deviations = Float64Array.from({ length: 12 }, (_, i) => 0.8 ** i);

type Draw = () => Float64Array;

/** Normal units of unequal variances. */
function normalUnits(seed: number): Draw {
  const random = createRandom(seed);
  return () => deviations.map((deviation) => deviation * gaussian(random));
}

function sideOf(draw: Draw, count: number): Side {
  const mean = new Float64Array(deviations.length);
  let mean_square = 0;
  for (let unit = 0; unit < count; unit++) {
    draw().forEach((value, i) => {
      mean[i] = (mean[i] as number) + value / count;
      mean_square += value ** 2 / count;
    });
  }
  return { mean, mean_square, count };
}

/** Every window has a fit, a reference and a sample of its own. */
function nullTails(fit_units: number): { widened: number; plain: number }[] {
  const draw = normalUnits(41);
  return Array.from({ length: windows }, () => {
    const traces = estimateTraces(Array.from({ length: fit_units }, draw));
    const { errors, ...thought_known } = traces;
    const [current, reference] = [sideOf(draw, 30), sideOf(draw, 60)];
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

test('where nothing moved, the lower end of the share is above 0 as seldom as it says', () => {
  const draw = normalUnits(42);
  const traces = estimateTraces(Array.from({ length: 400 }, draw));
  // Against so large a reference its own luck counts for nothing.
  const reference = sideOf(draw, 20_000);
  const distances = Array.from({ length: windows }, () =>
    squaredDistance(sideOf(draw, 30), reference, { traces }),
  );
  for (const error of [0.05, 0.01, 0.001]) {
    const share = { error, unlike: 1, spread: 1 / 30 + 1 / 20_000 };
    const above = distances.filter((distance) => distanceShare(distance, share).share_low > 0).length;
    const { low, high } = clopperPearson(above, windows, 0.99);
    expect(low, `${above} above at ${error}`).toBeLessThan(1.2 * error);
    expect(high, `${above} above at ${error}`).toBeGreaterThan(0.5 * error);
  }
});

test('an estimate at the quantile of a p has that p', () => {
  const draw = normalUnits(43);
  const traces = estimateTraces(Array.from({ length: 60 }, draw));
  const reference = sideOf(draw, 200);
  const distances = Array.from({ length: 50 }, () =>
    squaredDistance(sideOf(draw, 30), reference, { traces }),
  );
  for (const { estimate, p, quantile } of distances)
    if (estimate > 0) expect(quantile(p)).toBeCloseTo(estimate, 6);
});
