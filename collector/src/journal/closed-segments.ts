import { serialise } from '../stores/calls.ts';
import { comparePositions, type Position } from '../stores/store.ts';
import type { JournalFiles } from './files.ts';
import { type Segment, segmentPath } from './segments.ts';

export interface ClosedSegmentsOptions {
  readonly folder: string;
  readonly files: JournalFiles;
  /** So many bytes of stored segments stay, the newest ones. */
  readonly keep_bytes: number;
}

/**
 * The segments that are written no more, oldest first. Those at the start of the list are stored and only kept,
 * to rebuild from; the others hold what the store has not seen.
 */
export class ClosedSegments {
  readonly #options: ClosedSegmentsOptions;
  readonly #segments: Segment[];
  readonly #inTurn = serialise();
  #stored_through: Position = { segment: 0, offset: 0 };
  #bytes = 0;
  #kept_bytes = 0;

  constructor(options: ClosedSegmentsOptions, segments: readonly Segment[]) {
    this.#options = options;
    this.#segments = [...segments];
    this.#count();
  }

  /** Bytes of all of them. */
  bytes(): number {
    return this.#bytes;
  }

  /** Bytes of those that are stored and only kept. */
  kept_bytes(): number {
    return this.#kept_bytes;
  }

  /** Where the newest of them ends. */
  end(): Position {
    const newest = this.#segments.at(-1);
    return { segment: newest?.number ?? 0, offset: newest?.bytes ?? 0 };
  }

  add(segment: Segment): void {
    this.#segments.push(segment);
    this.#count();
  }

  /** What lies at or before the position is stored, what lies after it is not, whatever was said before. */
  async release(position: Position): Promise<void> {
    this.#stored_through = position;
    this.#count();
    await this.#inTurn(async () => {
      while (this.#isSuperfluous(this.#segments[0])) await this.#removeOldest();
    });
  }

  /** Removes the oldest segment that is only kept; false when there is none. */
  async giveUp(): Promise<boolean> {
    return await this.#inTurn(async () => {
      if (!isAtOrBefore(this.#segments[0], this.#stored_through)) return false;
      await this.#removeOldest();
      return true;
    });
  }

  /** Removes every segment that lies at or before the position, so that it stays removed. */
  async forget(position: Position): Promise<void> {
    await this.#inTurn(async () => {
      while (isAtOrBefore(this.#segments[0], position)) await this.#removeOldest();
      await this.#options.files.syncFolder(this.#options.folder);
    });
  }

  #isSuperfluous(oldest: Segment | undefined): boolean {
    if (!oldest || !isAtOrBefore(oldest, this.#stored_through)) return false;
    return oldest.bytes === 0 || this.#kept_bytes > this.#options.keep_bytes;
  }

  // A segment that cannot be removed stays in the list and is tried again the next time.
  async #removeOldest(): Promise<void> {
    const oldest = this.#segments[0] as Segment;
    await this.#options.files.remove(segmentPath(this.#options.folder, oldest.number));
    this.#segments.shift();
    this.#count();
  }

  #count(): void {
    const sum = (segments: readonly Segment[]) =>
      segments.reduce((bytes, segment) => bytes + segment.bytes, 0);
    this.#bytes = sum(this.#segments);
    this.#kept_bytes = sum(this.#segments.filter((segment) => isAtOrBefore(segment, this.#stored_through)));
  }
}

function isAtOrBefore(segment: Segment | undefined, position: Position): boolean {
  if (!segment) return false;
  return comparePositions({ segment: segment.number, offset: segment.bytes }, position) <= 0;
}
