import { isDiskFull } from '../disk-full.ts';
import { SextantError } from '../errors.ts';
import { serialise } from '../stores/calls.ts';
import type { Position } from '../stores/store.ts';
import { ClosedSegments } from './closed-segments.ts';
import { DiskReserve } from './disk-reserve.ts';
import { disk_files, type JournalFiles } from './files.ts';
import { encodeRecord, type RecordContent } from './record.ts';
import { SegmentWriter, type Waiting } from './segment-writer.ts';
import { listSegments, segmentPath } from './segments.ts';

/**
 * The writing side of the journal. `append` resolves when the record is on disk: many records that wait at
 * the same time share one write and one fdatasync (group commit). While a sync runs, the next group is written
 * already, so a record waits for two syncs at most.
 *
 * A failed write takes back what it wrote and refuses the records that waited for it; the next append tries
 * again, so a full disk heals by itself. The last tenth of the disk, at most 1 GiB, is left to the store. After a
 * failed sync nobody knows what is on disk, so the journal refuses everything until the collector is started again.
 *
 * A segment written by an earlier process is never written again: a torn tail stays where it is and the
 * reader stops before it.
 */
export interface Journal {
  /** @throws SextantError storage_unavailable */
  append(content: RecordContent): Promise<void>;
  /** Just after the last record known to be on disk. */
  durable(): Position;
  /** Called after each commit with the new durable position. */
  onDurable(listener: (position: Position) => void): void;
  /**
   * Takes everything up to the position for stored, and everything after it for not stored. Of stored segments
   * the newest stay, as many as `journal_keep_bytes` allows.
   */
  release(position: Position): Promise<void>;
  /**
   * Closes the segment that is written, so that what is appended from now on lies in another one. Returns the
   * position at or before which everything acknowledged so far lies.
   * @throws SextantError storage_unavailable
   */
  rotate(): Promise<Position>;
  /** Removes every closed segment that lies at or before the position, stored or not, kept or not. */
  forget(position: Position): Promise<void>;
  /** False while records are refused: after a failed sync for good, after a failed write for some seconds. */
  isAccepting(): boolean;
  /** Bytes of all segments. */
  bytes(): number;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  readonly segment_bytes: number;
  /** Most bytes of records that are not stored yet; kept segments give way to them. */
  readonly journal_bytes_max: number;
  /** Bytes of stored segments that stay; none without it. */
  readonly journal_keep_bytes?: number;
  /** Told when the journal begins to refuse records; not of every record it refuses. */
  readonly onRefuse?: (why: Error) => void;
  readonly files?: JournalFiles;
  readonly now?: () => number;
}

/** So many bytes are written at once at most. */
const group_bytes_max = 16 * 1024 * 1024;
/** So long after a refusal the journal does not call itself ready; appends are tried all the same. */
const recovery_ms = 5_000;

/** @throws an error of the disk when the folder can neither be made nor listed; for nothing else */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const files = options.files ?? disk_files;
  await files.createFolder(options.folder);
  const keep_bytes = options.journal_keep_bytes ?? 0;
  const segments = await listSegments(options.folder, files);
  const closed = new ClosedSegments({ folder: options.folder, files, keep_bytes }, segments);
  const writer = new JournalWriter(options, { files, closed });
  await writer.begin();
  return writer;
}

interface Parts {
  readonly files: JournalFiles;
  readonly closed: ClosedSegments;
}

class JournalWriter implements Journal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  readonly #closed: ClosedSegments;
  readonly #now: () => number;
  readonly #listeners: ((position: Position) => void)[] = [];
  readonly #reserve: DiskReserve;
  readonly #inTurn = serialise();
  #segment: SegmentWriter | null = null;
  #durable: Position;
  #waiting: Waiting[] = [];
  #waiting_bytes = 0;
  #writing: Promise<void> | null = null;
  /** Why nothing is taken any more. */
  #ended: Error | null = null;
  #refused_at_ms = Number.NEGATIVE_INFINITY;

  constructor(options: JournalOptions, { files, closed }: Parts) {
    this.#options = options;
    this.#files = files;
    this.#closed = closed;
    this.#now = options.now ?? Date.now;
    this.#reserve = new DiskReserve({ folder: options.folder, files, now: this.#now });
    this.#durable = closed.end();
  }

  /** A full disk is no reason not to start: what the journal holds can be stored, which makes room. */
  async begin(): Promise<void> {
    await this.#inTurn(() => this.#startSegment()).catch((error) => this.#refusal(error));
  }

  append(content: RecordContent): Promise<void> {
    const record = encodeRecord(content);
    if (this.#ended) return Promise.reject(this.#ended);
    const unstored_bytes = this.bytes() - this.#closed.kept_bytes() + this.#waiting_bytes;
    if (unstored_bytes + record.bytes > this.#options.journal_bytes_max) {
      const full = new SextantError('storage_unavailable', 'The journal has reached its size limit.');
      return Promise.reject(this.#refusal(full));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#waiting_bytes += record.bytes;
      this.#writing ??= this.#writeWaiting();
    });
  }

  durable(): Position {
    return this.#durable;
  }

  onDurable(listener: (position: Position) => void): void {
    this.#listeners.push(listener);
  }

  async release(position: Position): Promise<void> {
    await this.#closed.release(position);
    // Kept segments give way to what the store needs, too.
    while (!(await this.#reserve.hasRoomFor(0))) {
      if (!(await this.#closed.giveUp())) return;
    }
  }

  async rotate(): Promise<Position> {
    try {
      return await this.#inTurn(async () => {
        const end = this.#segment?.end() ?? this.#durable;
        // An empty segment holds nothing of what came before.
        if (!this.#segment || end.offset > 0) await this.#startSegment();
        return end;
      });
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  forget(position: Position): Promise<void> {
    return this.#closed.forget(position);
  }

  isAccepting(): boolean {
    return this.#ended === null && this.#now() - this.#refused_at_ms > recovery_ms;
  }

  bytes(): number {
    return this.#closed.bytes() + (this.#segment?.end().offset ?? 0);
  }

  async close(): Promise<void> {
    this.#ended ??= new SextantError('storage_unavailable', 'The journal is closed.');
    await this.#writing;
    await this.#inTurn(async () => {
      await this.#segment?.close();
      this.#segment = null;
    });
  }

  async #writeWaiting(): Promise<void> {
    // A turn of the event loop lets requests that arrived together share the commit.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const { group, bytes } = this.#takeGroup();
      try {
        await this.#inTurn(() => this.#write(group, bytes));
      } catch (error) {
        const refusal = this.#refusal(error);
        for (const item of group) item.reject(refusal);
      }
      this.#waiting_bytes -= bytes;
    }
    this.#writing = null;
  }

  #takeGroup(): { group: Waiting[]; bytes: number } {
    let bytes = 0;
    let count = 0;
    for (const { record } of this.#waiting) {
      if (count > 0 && bytes + record.bytes > group_bytes_max) break;
      bytes += record.bytes;
      count += 1;
    }
    return { group: this.#waiting.splice(0, count), bytes };
  }

  async #write(group: readonly Waiting[], bytes: number): Promise<void> {
    if (this.#ended) throw this.#ended;
    while (this.bytes() + bytes > this.#options.journal_bytes_max) {
      if (!(await this.#closed.giveUp())) break;
    }
    const open = this.#segment;
    const is_full = !open || open.end().offset >= this.#options.segment_bytes;
    const segment = is_full ? await this.#startSegment() : open;
    await this.#makingRoom(async () => {
      await this.#reserve.take(bytes);
      await segment.write(group);
    });
  }

  async #startSegment(): Promise<SegmentWriter> {
    await this.#segment?.settled();
    if (this.#ended) throw this.#ended;
    const { folder } = this.#options;
    const number = Math.max(this.#now(), this.#durable.segment + 1);
    const file = await this.#makingRoom(() => this.#files.create(segmentPath(folder, number)));
    const onDurable = (position: Position) => this.#setDurable(position);
    const onBroken = (why: string, cause: unknown) => this.#break(why, cause);
    const segment = new SegmentWriter({ number, file, onDurable, onBroken });
    try {
      await this.#files.syncFolder(folder);
    } catch (error) {
      const broken = this.#break('Syncing the folder of the journal failed; a restart is needed.', error);
      await segment.close();
      throw broken;
    }
    const previous = this.#segment;
    if (previous) this.#closed.add({ number: previous.end().segment, bytes: previous.end().offset });
    this.#segment = segment;
    this.#setDurable(segment.end());
    await previous?.close();
    return segment;
  }

  #setDurable(position: Position): void {
    this.#durable = position;
    for (const listener of this.#listeners) listener(position);
  }

  /** Kept segments are given up, the oldest first, before anything is refused for want of room. */
  async #makingRoom<T>(work: () => Promise<T>): Promise<T> {
    while (true) {
      try {
        return await work();
      } catch (error) {
        if (this.#ended || !isDiskFull(error) || !(await this.#closed.giveUp())) throw error;
      }
    }
  }

  #break(why: string, cause: unknown): Error {
    const broken = new SextantError('storage_unavailable', why, { cause });
    if (!this.#ended) this.#options.onRefuse?.(broken);
    this.#ended ??= broken;
    return this.#ended;
  }

  /** What to answer. The journal is not ready for a while; the first refusal of a row is reported. */
  #refusal(cause: unknown): Error {
    const refusal =
      cause instanceof SextantError ? cause : new SextantError('storage_unavailable', undefined, { cause });
    if (this.isAccepting()) this.#options.onRefuse?.(refusal);
    this.#refused_at_ms = this.#now();
    return refusal;
  }
}
