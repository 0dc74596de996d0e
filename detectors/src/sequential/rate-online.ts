import type { AnyFit } from '../kind.ts';
import type { SequentialDetector } from '../sequential.ts';
import type { Sketch } from '../sketches/sketch.ts';
import { betOnCounts, type Counted } from './bets.ts';
import type { CategoryReader } from './readers.ts';
import { createSequentialDetector } from './watch.ts';

const stakes = [0.01, 0.05, 0.2, 0.6] as const;

/**
 * Did a failure become more frequent: tool errors, loops, thumbs down? The units of a window that fail, against the
 * rate of the reference. A unit that fails in some of its values counts for that part.
 */
export function createRateOnline<Fit extends AnyFit>(reader: CategoryReader<Fit>): SequentialDetector<Fit> {
  return createSequentialDetector<Fit>({
    name: 'rate-online',
    bet({ fit, reference, current, tolerance }) {
      const failure = reader.failure(fit);
      if (failure === null) return null;
      const failed = (sketch: Sketch): Counted => ({
        counts: splitAt(reader.counts(fit, sketch), failure),
        count: sketch.count,
      });
      const counted = { reference: failed(reference), current: failed(current), scores: [0, 1] };
      return {
        bets: betOnCounts(counted, {
          tolerance,
          stakes: stakes,
          says: () => 'turned from success to failure',
        }),
      };
    },
  });
}

/** Others, and those at the place. */
function splitAt(counts: ArrayLike<number>, place: number): [number, number] {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  const there = counts[place] ?? 0;
  return [total - there, there];
}
