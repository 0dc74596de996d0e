import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalTail } from '../journal/tail.ts';
import { comparePositions, type Position } from '../stores/store.ts';

/** Knows how far the journal is stored, while records are read ahead of it. */
export interface StoredThrough {
  /** The tail to read from, so that what is under way is known. */
  readonly tail: JournalTail;
  /** Everything read up to here is stored. */
  stored(position: Position): void;
  /** Resolves when every record at or before the position is stored. @throws the reason of the signal */
  until(position: Position, signal: AbortSignal): Promise<void>;
}

const look_every_ms = 20;

export function followStored(tail: JournalTail): StoredThrough {
  let taken = tail.position();
  let stored = tail.position();

  // The place that is read may lie beyond the last record, where the rest of a segment holds none. A turn of the
  // timer comes after the records of a read were noted as taken, so none can be missed.
  function isStored(position: Position): boolean {
    if (comparePositions(stored, position) >= 0) return true;
    return comparePositions(tail.position(), position) >= 0 && comparePositions(stored, taken) >= 0;
  }

  return {
    tail: {
      async next(bytes_max) {
        const records = await tail.next(bytes_max);
        taken = records?.at(-1)?.position ?? taken;
        return records;
      },
      advance: (durable) => tail.advance(durable),
      position: () => tail.position(),
      isBehind: () => tail.isBehind(),
      lag_bytes: (position) => tail.lag_bytes(position),
      damage: tail.damage,
      close: () => tail.close(),
    },
    stored(position) {
      stored = position;
    },
    async until(position, signal) {
      do await sleep(look_every_ms, undefined, { signal });
      while (!isStored(position));
    },
  };
}
