import { DetectorError } from '@sextant/detectors';
import type { Log } from '../log.ts';
import type { Counter } from './counter.ts';
import type { Stream, Streams } from './streams.ts';

export interface UpgradeParts {
  readonly streams: Streams;
  readonly skipped: Counter;
  readonly now_us: number;
  readonly log: Log;
}

/**
 * Lets every stream begin anew whose fit this version cannot read, because another version made it or it is
 * damaged. What was summed with it stays in the store, and means nothing to the new fit.
 */
export function renewUnreadableFits({ streams, skipped, now_us, log }: UpgradeParts): void {
  for (const stream of streams.list()) {
    const error = findFault(streams, stream);
    if (error === null) continue;
    streams.reset(stream, now_us);
    skipped.add('unreadable_fit');
    log.error({ feature: stream.feature, error }, 'A fit cannot be read; the feature is fitted anew.');
  }
}

function findFault(streams: Streams, stream: Stream): DetectorError | null {
  try {
    const fit = streams.fitOf(stream);
    const is_old = fit !== null && fit.id !== stream.sketch_id;
    return is_old
      ? new DetectorError('bad_fit', 'The fit has another id than the sketches made with it.')
      : null;
  } catch (error) {
    if (error instanceof DetectorError) return error;
    throw error;
  }
}
