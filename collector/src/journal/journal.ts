import { mkdir } from 'node:fs/promises';
import { SextantError } from '../errors.ts';
import { comparePositions, type Position } from '../stores/store.ts';
import { disk_files, type JournalFiles, type SegmentFile } from './files.ts';
import { encodeRecord, type RecordContent } from './record.ts';
import { listSegments, type Segment, segmentPath } from './segments.ts';

/**
 * The writing side of the journal. `append` resolves when the record is on disk: many records that wait at
 * the same time share one write and one fdatasync (group commit).
 *
 * A failed write takes back what it wrote and refuses the records that waited for it; the next append tries
 * again, so a full disk heals by itself. After a failed fdatasync nobody knows what is on disk, so the journal
 * refuses everything until the collector is started again.
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
  /** Removes segments of which every record lies before the position. */
  release(position: Position): Promise<void>;
  /** False while records are refused: after a failed sync for good, after a failed write for some seconds. */
  isAccepting(): boolean;
  /** Bytes of all segments. */
  bytes(): number;
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  readonly segment_bytes: number;
  readonly journal_bytes_max: number;
  readonly files?: JournalFiles;
  readonly now?: () => number;
}

interface Waiting {
  readonly buffers: readonly Buffer[];
  readonly bytes: number;
  resolve(): void;
  reject(error: Error): void;
}

/** So many bytes are written at once at most. */
const commit_bytes_max = 16 * 1024 * 1024;
/** So long after a refusal the journal does not call itself ready; appends are tried all the same. */
const recovery_ms = 5_000;

export async function openJournal(options: JournalOptions): Promise<Journal> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const writer = new JournalWriter(options, await listSegments(options.folder));
  await writer.startSegment();
  return writer;
}

class JournalWriter implements Journal {
  readonly #options: JournalOptions;
  readonly #files: JournalFiles;
  readonly #old_segments: Segment[];
  readonly #listeners: ((position: Position) => void)[] = [];
  #file: SegmentFile | null = null;
  #position: Position = { segment: 0, offset: 0 };
  #waiting: Waiting[] = [];
  #committing: Promise<void> | null = null;
  #broken: Error | null = null;
  #refused_at_ms = Number.NEGATIVE_INFINITY;

  constructor(options: JournalOptions, segments: Segment[]) {
    this.#options = options;
    this.#files = options.files ?? disk_files;
    this.#old_segments = segments;
  }

  append(content: RecordContent): Promise<void> {
    const buffers = encodeRecord(content);
    const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0);
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.bytes() + bytes > this.#options.journal_bytes_max) {
      this.#refused_at_ms = Date.now();
      return Promise.reject(
        new SextantError('storage_unavailable', 'The journal has reached its size limit.'),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ buffers, bytes, resolve, reject });
      this.#committing ??= this.#commitAll();
    });
  }

  durable(): Position {
    return this.#position;
  }

  onDurable(listener: (position: Position) => void): void {
    this.#listeners.push(listener);
  }

  async release(position: Position): Promise<void> {
    while (true) {
      const oldest = this.#old_segments[0];
      const passed =
        oldest && comparePositions(position, { segment: oldest.number, offset: oldest.bytes }) >= 0;
      if (!oldest || !passed) return;
      this.#old_segments.shift();
      await this.#files.remove(segmentPath(this.#options.folder, oldest.number));
    }
  }

  isAccepting(): boolean {
    return this.#broken === null && Date.now() - this.#refused_at_ms > recovery_ms;
  }

  bytes(): number {
    return this.#old_segments.reduce((sum, segment) => sum + segment.bytes, this.#position.offset);
  }

  async close(): Promise<void> {
    this.#broken ??= new SextantError('storage_unavailable', 'The journal is closed.');
    await this.#committing;
    await this.#file?.close();
    this.#file = null;
  }

  async startSegment(): Promise<void> {
    const newest = Math.max(this.#position.segment, this.#old_segments.at(-1)?.number ?? 0);
    const number = Math.max(this.#options.now?.() ?? Date.now(), newest + 1);
    const file = await this.#files.create(segmentPath(this.#options.folder, number));
    await this.#files.syncFolder(this.#options.folder);
    if (this.#file) {
      this.#old_segments.push({ number: this.#position.segment, bytes: this.#position.offset });
      await this.#file.close();
    }
    this.#file = file;
    this.#position = { segment: number, offset: 0 };
  }

  async #commitAll(): Promise<void> {
    // A turn of the event loop lets requests that arrived together share the commit.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      try {
        await this.#commit(group);
        for (const item of group) item.resolve();
      } catch (error) {
        this.#refused_at_ms = Date.now();
        const refusal = new SextantError('storage_unavailable', undefined, { cause: error });
        for (const item of group) item.reject(refusal);
      }
    }
    this.#committing = null;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const item of this.#waiting) {
      bytes += item.bytes;
      if (count > 0 && bytes > commit_bytes_max) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    if (this.#broken) throw this.#broken;
    if (this.#position.offset >= this.#options.segment_bytes) await this.startSegment();
    const file = this.#file as SegmentFile;
    const start = this.#position.offset;
    await this.#writeOrTakeBack(
      file,
      group.flatMap((item) => item.buffers),
      start,
    );
    try {
      await file.sync();
    } catch (error) {
      this.#broken = new SextantError(
        'storage_unavailable',
        'Syncing the journal failed; a restart is needed.',
        {
          cause: error,
        },
      );
      throw this.#broken;
    }
    const written = group.reduce((sum, item) => sum + item.bytes, 0);
    this.#position = { segment: this.#position.segment, offset: start + written };
    for (const listener of this.#listeners) listener(this.#position);
  }

  async #writeOrTakeBack(file: SegmentFile, buffers: readonly Buffer[], offset: number): Promise<void> {
    try {
      await file.write(buffers, offset);
    } catch (error) {
      // What was written would be read as records nobody was promised; taking it back also frees the space.
      try {
        await file.truncate(offset);
      } catch (truncate_error) {
        this.#broken = new SextantError('storage_unavailable', 'The journal could not be repaired.', {
          cause: truncate_error,
        });
      }
      throw error;
    }
  }
}
