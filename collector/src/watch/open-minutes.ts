import type { Store } from '../stores/store.ts';
import { readMinutes } from './read-sketches.ts';
import type { Stream } from './streams.ts';
import type { Minute } from './windows.ts';

/**
 * Minutes of each stream from its cursor on. Nobody but the watch adds sketches, so those of a stream at rest are not
 * read again: asking for every one of hundreds in each round would keep a core busy while nothing comes in.
 */
export interface OpenMinutes {
  read(stream: Stream): Promise<readonly Minute[]>;
  /** To be called when sketches of the stream are about to be written. */
  touch(stream: Stream): void;
  /** To be called when rows of any stream may have been removed. */
  forget(): void;
}

export interface OpenMinutesOptions {
  readonly store: Pick<Store, 'query'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A store may take a moment to show what was written: until then minutes are read each time. */
const rest_ms = 60_000;
/** Of all streams together, some ten megabytes; beyond that, what was read first is read again. */
const minutes_max = 200_000;

export function createOpenMinutes({ store, now }: OpenMinutesOptions): OpenMinutes {
  const touched_ms = new Map<number, number>();
  const known = new Map<number, Known>();
  let kept = 0;

  function drop(stream_id: number): void {
    kept -= known.get(stream_id)?.minutes.length ?? 0;
    known.delete(stream_id);
  }

  function keep({ stream_id, sketch_id, cursor_us }: Stream, minutes: readonly Minute[]): void {
    drop(stream_id);
    known.set(stream_id, { sketch_id, cursor_us, minutes });
    kept += minutes.length;
    for (const oldest of known.keys()) {
      if (kept <= minutes_max) break;
      drop(oldest);
    }
  }

  return {
    async read(stream) {
      const { stream_id, sketch_id, cursor_us } = stream;
      const found = known.get(stream_id);
      if (found && found.sketch_id === sketch_id && found.cursor_us === cursor_us) return found.minutes;
      const is_at_rest = now() - (touched_ms.get(stream_id) ?? 0) >= rest_ms;
      const minutes = await readMinutes(store, stream, cursor_us);
      if (is_at_rest) keep(stream, minutes);
      return minutes;
    },
    touch({ stream_id }) {
      touched_ms.set(stream_id, now());
      drop(stream_id);
    },
    forget() {
      known.clear();
      kept = 0;
    },
  };
}

interface Known extends Pick<Stream, 'sketch_id' | 'cursor_us'> {
  readonly minutes: readonly Minute[];
}
