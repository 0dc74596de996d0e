import { setTimeout as sleep } from 'node:timers/promises';
import type { Position } from '../stores/store.ts';
import type { ReadableFile } from './files.ts';
import { type Excerpt, findRecord, type ReadRecord, type RecordContent, readRecord } from './record.ts';

export interface JournalRecord extends RecordContent {
  /** Just after the record. */
  readonly position: Position;
}

/** A part of a segment without a record that can be read. */
export interface DamagedPart {
  readonly from: Position;
  readonly bytes: number;
  /** Nothing follows it in a segment of an earlier run: a crash cut off what was not promised yet. */
  readonly is_torn_tail: boolean;
}

export interface SegmentReaderOptions {
  readonly file: ReadableFile;
  /** Where to begin. */
  readonly place: Position;
  readonly body_bytes_max: number;
  /** Pauses before a read that failed is tried again; after them, pages the disk cannot read count as damaged. */
  readonly retry_pauses_ms: readonly number[];
  /** Ends the pauses; reading rejects then. */
  readonly signal: AbortSignal;
  onDamage(part: DamagedPart): void;
}

export interface ReadLimits {
  /** Offset to read to. */
  readonly end: number;
  /** Whether all of it was promised, so that nothing of it may be missing. */
  readonly is_promised: boolean;
  /** Bytes to read at once, unless a record is larger. */
  readonly bytes_max: number;
}

/** A bad spot of a disk is looked for in steps of a page. */
const page_bytes = 4096;

/** Reads the records of one segment in their order, and passes what is damaged. */
export class SegmentReader {
  readonly #options: SegmentReaderOptions;
  #place: Position;
  /** Where the damage began of which the end is being looked for. */
  #damaged_from: Position | null = null;

  constructor(options: SegmentReaderOptions) {
    this.#options = options;
    this.#place = options.place;
  }

  /** Just after the last record or damaged part. */
  place(): Position {
    return this.#place;
  }

  /** The next records, at least one; none when the end is reached. */
  async read({ end, is_promised, bytes_max }: ReadLimits): Promise<JournalRecord[]> {
    let wanted = bytes_max;
    while (this.#place.offset < end) {
      const bytes = Math.min(wanted, end - this.#place.offset);
      const excerpt = { buffer: await this.#readBytes(bytes), place: this.#place };
      const is_last = bytes === end - this.#place.offset;
      const { records, rest } = this.#parse(excerpt);
      if (records.length > 0) return records;
      if (rest.result === 'incomplete' && !is_last) wanted = Math.max(rest.wanted, wanted * 2);
      else if (rest.result === 'damaged') this.#passRecord(rest.bytes);
      else this.#passUnknown(rest.result === 'nothing' ? findRecord(excerpt, 0) : bytes);
    }
    this.#endDamage(!is_promised);
    return [];
  }

  #parse(excerpt: Excerpt): { records: JournalRecord[]; rest: ReadRecord } {
    const records: JournalRecord[] = [];
    const { segment, offset: start } = this.#place;
    const readAt = (offset: number) => readRecord(excerpt, offset, this.#options.body_bytes_max);
    let offset = 0;
    let read = readAt(offset);
    if (read.result === 'record') this.#endDamage(false);
    while (read.result === 'record') {
      offset += read.bytes;
      records.push({ ...read.content, position: { segment, offset: start + offset } });
      read = readAt(offset);
    }
    this.#pass(offset);
    return { records, rest: read };
  }

  /** A damaged record whose head is sound: what follows it is known. */
  #passRecord(bytes: number): void {
    this.#endDamage(false);
    this.#damaged_from = this.#place;
    this.#pass(bytes);
    this.#endDamage(false);
  }

  #passUnknown(bytes: number): void {
    this.#damaged_from ??= this.#place;
    this.#pass(bytes);
  }

  #pass(bytes: number): void {
    this.#place = { segment: this.#place.segment, offset: this.#place.offset + bytes };
  }

  #endDamage(is_torn_tail: boolean): void {
    const from = this.#damaged_from;
    if (!from) return;
    this.#damaged_from = null;
    this.#options.onDamage({ from, bytes: this.#place.offset - from.offset, is_torn_tail });
  }

  async #readBytes(bytes: number): Promise<Buffer> {
    const { file, retry_pauses_ms, signal } = this.#options;
    const buffer = Buffer.allocUnsafe(bytes);
    for (const pause_ms of retry_pauses_ms) {
      const read_bytes = await readOrNull(file, buffer, this.#place.offset);
      if (read_bytes !== null) return buffer.fill(0, read_bytes);
      await sleep(pause_ms, undefined, { signal });
    }
    const { offset } = this.#place;
    for (let start = 0, end = 0; start < bytes; start = end) {
      end = page_bytes - ((offset + start) % page_bytes) + start;
      const part = buffer.subarray(start, end);
      part.fill(0, (await readOrNull(file, part, offset + start)) ?? 0);
    }
    return buffer;
  }
}

async function readOrNull(file: ReadableFile, buffer: Buffer, offset: number): Promise<number | null> {
  try {
    return await file.read(buffer, offset);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EIO') throw error;
    return null;
  }
}
