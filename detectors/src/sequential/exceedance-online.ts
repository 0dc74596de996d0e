import type { AnyFit } from '../kind.ts';
import type { SequentialDetector } from '../sequential.ts';
import type { Sketch } from '../sketches/sketch.ts';
import type { Interval } from '../statistics/proportion-difference.ts';
import { quantileRatio } from '../statistics/quantile-ratio.ts';
import { betOnCounts } from './bets.ts';
import type { NumberReader } from './readers.ts';
import { createSequentialDetector } from './watch.ts';

const exceedances = [
  { quantile: 0.5, stakes: [0.2, 0.6], says: 'went from below the median to above it' },
  { quantile: 0.95, stakes: [0.05, 0.2, 0.6], says: 'went beyond the 95th percentile' },
  { quantile: 0.99, stakes: [0.02, 0.1, 0.4], says: 'went beyond the 99th percentile' },
] as const;

/**
 * Did latency, tokens or cost rise? Bets on the units beyond the median, the 95th and the 99th percentile, each
 * against how many of the reference lie there; their e-values are averaged, which needs no independence (Vovk and
 * Wang, "E-values: calibration, combination and applications", Annals of Statistics 49, 2021). A conversation counts
 * once, by the part of its values that lie beyond.
 */
export function createExceedanceOnline<Fit extends AnyFit>(
  reader: NumberReader<Fit>,
): SequentialDetector<Fit> {
  return createSequentialDetector<Fit>({
    name: 'exceedance-online',
    bet: ({ fit, reference, current, tolerance }) => ({
      bets: exceedances.flatMap(({ quantile, stakes, says }) => {
        const counted = (sketch: Sketch) => {
          const beyond = reader.above(fit, sketch, quantile);
          return { counts: [sketch.count - beyond, beyond], count: sketch.count };
        };
        const ratio = () =>
          quantileRatio(reader.histogram(fit, current), reader.histogram(fit, reference), quantile);
        return betOnCounts(
          { reference: counted(reference), current: counted(current), scores: [0, 1] },
          { tolerance, stakes, says: () => `${says}${describeRatio(ratio())}` },
        );
      }),
    }),
  });
}

/** What the quantile of this window is; the evidence comes from the windows before it too. */
function describeRatio(ratio: Interval | null): string {
  if (!ratio) return '';
  const [estimate, low] = [ratio.estimate, ratio.low].map((value) => value.toFixed(2));
  const interval = Number.isFinite(ratio.high) ? `${low} to ${ratio.high.toFixed(2)}` : `${low} or more`;
  return `, which is ${estimate} times as high in this window (${interval})`;
}
