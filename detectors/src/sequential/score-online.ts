import type { AnyFit } from '../kind.ts';
import type { SequentialDetector } from '../sequential.ts';
import type { Moments } from '../statistics/moments.ts';
import { betOnMoments } from './bets.ts';
import type { ScoreReader } from './readers.ts';
import { createSequentialDetector } from './watch.ts';

export type Direction = 'higher' | 'lower' | 'either';

const stakes = [0.05, 0.2, 0.6] as const;

/** Did a mean in [0, 1] move: a judge's scores, ratings? `direction` says which way is news. */
export function createScoreOnline<Fit extends AnyFit>(
  { moments }: ScoreReader<Fit>,
  direction: Direction = 'lower',
): SequentialDetector<Fit> {
  return createSequentialDetector<Fit>({
    name: 'score-online',
    bet({ fit, reference, current, tolerance }) {
      const [before, now] = [moments(fit, reference), moments(fit, current)];
      if (!before || !now) return null;
      const game = { tolerance, stakes };
      const higher = () =>
        betOnMoments({ reference: before, current: now }, { ...game, says: () => 'scored higher' });
      const lower = () =>
        betOnMoments(
          { reference: mirrored(before), current: mirrored(now) },
          { ...game, says: () => 'scored lower' },
        );
      return {
        bets: [...(direction === 'lower' ? [] : higher()), ...(direction === 'higher' ? [] : lower())],
      };
    },
  });
}

/** Moments of 1 - value. */
function mirrored({ count, sum, sum_of_squares }: Moments): Moments {
  return { count, sum: count - sum, sum_of_squares: count - 2 * sum + sum_of_squares };
}
