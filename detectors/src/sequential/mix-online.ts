import type { AnyFit } from '../kind.ts';
import type { SequentialDetector } from '../sequential.ts';
import type { Sketch } from '../sketches/sketch.ts';
import type { Counted } from './bets.ts';
import { betOnMix } from './mix-bets.ts';
import type { CategoryReader } from './readers.ts';
import { createSequentialDetector } from './watch.ts';

/** Did the mix of values change: tools, finish reasons, models? Unseen values are one of the mix. */
export function createMixOnline<Fit extends AnyFit>({
  counts,
}: Pick<CategoryReader<Fit>, 'counts'>): SequentialDetector<Fit> {
  return createSequentialDetector<Fit>({
    name: 'mix-online',
    bet({ fit, reference, current, tolerance }, memory) {
      const counted = (sketch: Sketch): Counted => ({ counts: counts(fit, sketch), count: sketch.count });
      return betOnMix(
        {
          reference: counted(reference),
          current: counted(current),
          tolerance,
          says: () => 'took other values than before',
        },
        memory,
      );
    },
  });
}
