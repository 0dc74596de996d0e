import { describe, expect, it } from 'vitest';
import type { JournalRecord, JournalTail } from '../../../collector/src/journal/tail.ts';
import { followStored } from '../../../collector/src/lifecycle/stored-through.ts';
import type { Position } from '../../../collector/src/stores/store.ts';

const at = (segment: number, offset: number): Position => ({ segment, offset });

/** A tail whose reads are given by hand: the records of each, and where it stands afterwards. */
function handTail(...reads: readonly { readonly records: readonly Position[]; readonly place: Position }[]) {
  let place = at(1, 0);
  const waiting = [...reads];
  const tail: JournalTail = {
    async next() {
      const read = waiting.shift();
      if (!read) return await new Promise<null>(() => undefined);
      place = read.place;
      return read.records.map((position) => ({ position }) as JournalRecord);
    },
    advance: () => undefined,
    position: () => place,
    isBehind: () => false,
    lag_bytes: async () => 0,
    damage: { records: 0, bytes: 0, torn_tails: 0 },
    close: async () => undefined,
  };
  return {
    tail,
    moveTo(next: Position) {
      place = next;
    },
  };
}

async function hasHappened(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise<false>((resolve) => setTimeout(resolve, 100, false));
  return await Promise.race([promise.then(() => true), later]);
}

const { signal } = new AbortController();

describe('how far the journal is stored', () => {
  it('is known when a record at or beyond the position is stored', async () => {
    const { tail } = handTail({ records: [at(1, 50), at(1, 90)], place: at(1, 90) });
    const through = followStored(tail);
    await through.tail.next(1);
    const reached = through.until(at(1, 60), signal);
    expect(await hasHappened(reached)).toBe(false);
    through.stored(at(1, 90));
    expect(await hasHappened(reached)).toBe(true);
  });

  it('is known where the rest of a segment holds no record', async () => {
    const hand = handTail({ records: [at(1, 50)], place: at(1, 50) });
    const through = followStored(hand.tail);
    await through.tail.next(1);
    const reached = through.until(at(1, 70), signal);
    through.stored(at(1, 50));
    expect(await hasHappened(reached)).toBe(false);
    hand.moveTo(at(2, 0));
    expect(await hasHappened(reached)).toBe(true);
  });

  it('counts what was read and is not stored yet', async () => {
    const { tail } = handTail({ records: [at(1, 50)], place: at(2, 0) });
    const through = followStored(tail);
    await through.tail.next(1);
    const reached = through.until(at(1, 40), signal);
    expect(await hasHappened(reached)).toBe(false);
    through.stored(at(1, 50));
    expect(await hasHappened(reached)).toBe(true);
  });

  it('is not waited for when the process ends', async () => {
    const stopping = new AbortController();
    const waiting = followStored(handTail().tail).until(at(9, 0), stopping.signal);
    stopping.abort();
    await expect(waiting).rejects.toThrow();
  });
});
