import { comparePositions, type Position } from '../stores/store.ts';
import { disk_files, type JournalFiles, type ReadableFile } from './files.ts';
import { type DamagedPart, type JournalRecord, SegmentReader } from './segment-reader.ts';
import { listSegments, segmentPath } from './segments.ts';

export type { JournalRecord } from './segment-reader.ts';

/**
 * The reading side of the journal: follows the segments as they grow, never beyond the durable position.
 * Damaged records are passed over and counted; reading goes on at the next record that is whole.
 */
export interface JournalTail {
  /**
   * The next records, at least one, together at most about `bytes_max` unless a single one is larger;
   * waits until there are any. Null after `close`.
   */
  next(bytes_max: number): Promise<readonly JournalRecord[] | null>;
  /** Tells how far the journal is on disk. */
  advance(durable: Position): void;
  /** Where the last record returned by `next` ends. */
  position(): Position;
  /** Whether records wait to be read. */
  isBehind(): boolean;
  /** Durable bytes after the position. */
  lag_bytes(position: Position): Promise<number>;
  /** What was passed over: damaged records and their bytes, and tails that a crash cut off before they were promised. */
  readonly damage: Damage;
  close(): Promise<void>;
}

export interface Damage {
  records: number;
  bytes: number;
  torn_tails: number;
}

export interface TailOptions {
  readonly folder: string;
  /** Where to begin; null begins with the oldest segment. */
  readonly from: Position | null;
  readonly body_bytes_max: number;
  /** Told of every part that was passed over. */
  readonly onDamage?: (part: DamagedPart) => void;
  readonly retry_pauses_ms?: readonly number[];
  readonly files?: JournalFiles;
}

const chunk_bytes = 4 * 1024 * 1024;
/** Five minutes: storage that is away for a while must not look like pages that are damaged. */
const default_pauses_ms = [100, 1_000, ...Array.from({ length: 60 }, () => 5_000)];

export function openTail(options: TailOptions): JournalTail {
  return new Tail(options);
}

class Tail implements JournalTail {
  readonly damage: Damage = { records: 0, bytes: 0, torn_tails: 0 };
  readonly #options: TailOptions;
  readonly #files: JournalFiles;
  #durable: Position = { segment: 0, offset: 0 };
  #position: Position;
  #opened: OpenedSegment | null = null;
  #reading: Promise<unknown> | null = null;
  readonly #closing = new AbortController();
  #wake: (() => void) | null = null;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#files = options.files ?? disk_files;
    this.#position = options.from ?? { segment: 0, offset: 0 };
  }

  advance(durable: Position): void {
    if (comparePositions(durable, this.#durable) > 0) this.#durable = durable;
    this.#wake?.();
  }

  position(): Position {
    return this.#position;
  }

  async lag_bytes(position: Position): Promise<number> {
    const segments = await listSegments(this.#options.folder, this.#files);
    const unread = segments.map(({ number, bytes }) => {
      const end = number === this.#durable.segment ? this.#durable.offset : bytes;
      if (number < position.segment || number > this.#durable.segment) return 0;
      return number === position.segment ? Math.max(0, end - position.offset) : end;
    });
    return unread.reduce((sum, bytes) => sum + bytes, 0);
  }

  next(bytes_max: number): Promise<readonly JournalRecord[] | null> {
    const reading = this.#read(Math.max(bytes_max, chunk_bytes)).catch((error) => {
      // A pause of the reader that was ended.
      if (this.#is_closed && error.name === 'AbortError') return null;
      throw error;
    });
    this.#reading = reading;
    return reading;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake?.();
    // Its failure is told to whoever asked for the records.
    await this.#reading?.catch(() => undefined);
    await this.#leaveSegment();
  }

  isBehind(): boolean {
    return comparePositions(this.#position, this.#durable) < 0;
  }

  async #read(bytes_max: number): Promise<readonly JournalRecord[] | null> {
    while (!this.#is_closed) {
      const durable = this.#durable;
      if (this.isBehind()) {
        const records = await this.#readSegment(bytes_max);
        if (records.length > 0) return records;
        if (await this.#nextSegment()) continue;
      }
      if (durable === this.#durable) await this.#wait();
    }
    return null;
  }

  async #wait(): Promise<void> {
    if (this.#is_closed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  /** Whole records from the position on; none at the end of the segment or of what is durable. */
  async #readSegment(bytes_max: number): Promise<JournalRecord[]> {
    const opened = await this.#openSegment();
    if (!opened) return [];
    const size = await opened.file.size();
    const is_written = this.#position.segment === this.#durable.segment;
    const end = is_written ? Math.min(size, this.#durable.offset) : size;
    const records = await opened.reader.read({ end, is_promised: is_written, bytes_max });
    this.#position = opened.reader.place();
    return records;
  }

  async #openSegment(): Promise<OpenedSegment | null> {
    if (this.#opened || this.#position.segment === 0) return this.#opened;
    const { folder, body_bytes_max, retry_pauses_ms = default_pauses_ms } = this.#options;
    const file = await this.#files.open(segmentPath(folder, this.#position.segment));
    // A segment that every destination has passed may be gone; the next one follows.
    if (!file) return null;
    const onDamage = (part: DamagedPart) => this.#count(part);
    const place = this.#position;
    const { signal } = this.#closing;
    const reader = new SegmentReader({ file, place, body_bytes_max, retry_pauses_ms, signal, onDamage });
    this.#opened = { file, reader };
    return this.#opened;
  }

  async #leaveSegment(): Promise<void> {
    const opened = this.#opened;
    this.#opened = null;
    await opened?.file.close();
  }

  async #nextSegment(): Promise<boolean> {
    if (this.#position.segment >= this.#durable.segment) return false;
    const segments = await listSegments(this.#options.folder, this.#files);
    const next = segments.find(
      ({ number }) => number > this.#position.segment && number <= this.#durable.segment,
    );
    if (!next) return false;
    await this.#leaveSegment();
    this.#position = { segment: next.number, offset: 0 };
    return true;
  }

  get #is_closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #count(part: DamagedPart): void {
    if (part.is_torn_tail) this.damage.torn_tails += 1;
    else {
      this.damage.records += 1;
      this.damage.bytes += part.bytes;
    }
    this.#options.onDamage?.(part);
  }
}

interface OpenedSegment {
  readonly file: ReadableFile;
  readonly reader: SegmentReader;
}
