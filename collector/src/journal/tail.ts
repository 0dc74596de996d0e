import { type FileHandle, open } from 'node:fs/promises';
import { comparePositions, type Position } from '../stores/store.ts';
import { magic, type ReadRecord, type RecordContent, readRecord } from './record.ts';
import { listSegments, segmentPath } from './segments.ts';

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

export interface JournalRecord extends RecordContent {
  /** Just after the record. */
  readonly position: Position;
}

export interface TailOptions {
  readonly folder: string;
  /** Where to begin; null begins with the oldest segment. */
  readonly from: Position | null;
  readonly body_bytes_max: number;
}

const chunk_bytes = 4 * 1024 * 1024;

export function openTail(options: TailOptions): JournalTail {
  return new Tail(options);
}

class Tail implements JournalTail {
  readonly damage: Damage = { records: 0, bytes: 0, torn_tails: 0 };
  readonly #options: TailOptions;
  #durable: Position = { segment: 0, offset: 0 };
  #position: Position;
  #handle: FileHandle | null = null;
  #closed = false;
  #wake: (() => void) | null = null;

  constructor(options: TailOptions) {
    this.#options = options;
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
    const segments = await listSegments(this.#options.folder);
    const unread = segments.map(({ number, bytes }) => {
      const end = number === this.#durable.segment ? this.#durable.offset : bytes;
      if (number < position.segment || number > this.#durable.segment) return 0;
      return number === position.segment ? Math.max(0, end - position.offset) : end;
    });
    return unread.reduce((sum, bytes) => sum + bytes, 0);
  }

  async next(bytes_max: number): Promise<readonly JournalRecord[] | null> {
    while (!this.#closed) {
      if (this.isBehind()) {
        const records = await this.#readSome(Math.max(bytes_max, chunk_bytes));
        if (records.length > 0) return records;
        if (await this.#nextSegment()) continue;
      }
      await this.#wait();
    }
    return null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.();
    await this.#handle?.close();
    this.#handle = null;
  }

  isBehind(): boolean {
    return comparePositions(this.#position, this.#durable) < 0;
  }

  async #wait(): Promise<void> {
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }

  /** Whole records from the position on; none at the end of the segment or of what is durable. */
  async #readSome(bytes_max: number): Promise<JournalRecord[]> {
    const handle = await this.#openSegment();
    if (!handle) return [];
    const size = (await handle.stat()).size;
    const end =
      this.#position.segment === this.#durable.segment ? Math.min(size, this.#durable.offset) : size;
    let wanted = bytes_max;
    while (this.#position.offset < end) {
      const buffer = await readExactly(
        handle,
        this.#position.offset,
        Math.min(wanted, end - this.#position.offset),
      );
      const { records, first } = this.#parse(buffer);
      if (records.length > 0) return records;
      const at_end = this.#position.offset + buffer.length >= end;
      if (first.result === 'incomplete' && !at_end) wanted = Math.max(first.wanted, wanted * 2);
      else this.#passDamage(buffer, at_end);
    }
    return [];
  }

  #parse(buffer: Buffer): { records: JournalRecord[]; first: ReadRecord } {
    const records: JournalRecord[] = [];
    const { segment, offset: start } = this.#position;
    let offset = 0;
    let read = readRecord(buffer, offset, this.#options.body_bytes_max);
    const first = read;
    while (read.result === 'record') {
      offset += read.bytes;
      records.push({ ...read.content, position: { segment, offset: start + offset } });
      read = readRecord(buffer, offset, this.#options.body_bytes_max);
    }
    this.#position = { segment, offset: start + offset };
    return { records, first };
  }

  // At the place there is no whole record. The next magic may begin one; without any, what was read is passed.
  #passDamage(buffer: Buffer, at_end: boolean): void {
    const found = buffer.indexOf(magic, 1);
    const passed = found > 0 ? found : at_end ? buffer.length : buffer.length - magic.length + 1;
    if (found < 0 && at_end) this.damage.torn_tails += 1;
    else {
      this.damage.records += 1;
      this.damage.bytes += passed;
    }
    this.#position = { segment: this.#position.segment, offset: this.#position.offset + passed };
  }

  async #openSegment(): Promise<FileHandle | null> {
    if (this.#handle || this.#position.segment === 0) return this.#handle;
    try {
      this.#handle = await open(segmentPath(this.#options.folder, this.#position.segment), 'r');
    } catch (error) {
      // A segment that every destination has passed may be gone; the next one follows.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return this.#handle;
  }

  async #nextSegment(): Promise<boolean> {
    if (this.#position.segment >= this.#durable.segment) return false;
    const segments = await listSegments(this.#options.folder);
    const next = segments.find(
      ({ number }) => number > this.#position.segment && number <= this.#durable.segment,
    );
    if (!next) return false;
    await this.#handle?.close();
    this.#handle = null;
    this.#position = { segment: next.number, offset: 0 };
    return true;
  }
}

async function readExactly(handle: FileHandle, position: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
