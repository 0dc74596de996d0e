import type { Position } from '../stores/store.ts';
import type { SegmentFile } from './files.ts';
import type { EncodedRecord } from './record.ts';

/** A record whose sender waits to hear that it is on disk. */
export interface Waiting {
  readonly record: EncodedRecord;
  resolve(): void;
  reject(error: Error): void;
}

export interface SegmentWriterOptions {
  readonly number: number;
  readonly file: SegmentFile;
  /** Everything before the position is on disk. */
  onDurable(position: Position): void;
  /** The disk is no longer to be trusted. Returns what to tell those who wait. */
  onBroken(why: string, cause: unknown): Error;
}

/**
 * The segment that is written. Groups of records are written one after the other, and whatever is written when a
 * sync ends shares the next one. A record settles when its sync has ended.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  #offset = 0;
  #written: Waiting[] = [];
  #syncing: Promise<void> | null = null;
  #sync_failure: Error | null = null;

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
  }

  /** Just after the last record written. */
  end(): Position {
    return { segment: this.#options.number, offset: this.#offset };
  }

  /** Resolves when the group is written, before it is on disk. Rejects when none of it is; calls do not overlap. */
  async write(group: readonly Waiting[]): Promise<void> {
    let { segment, offset } = this.end();
    const buffers = group.flatMap(({ record }) => {
      const placed = record.at({ segment, offset });
      offset += record.bytes;
      return placed;
    });
    await this.#writeOrTakeBack(buffers);
    this.#offset = offset;
    this.#written.push(...group);
    this.#syncing ??= this.#syncWritten();
  }

  /** Resolves when every record written is on disk or refused. */
  async settled(): Promise<void> {
    await this.#syncing;
  }

  async close(): Promise<void> {
    await this.#syncing;
    await this.#options.file.close();
  }

  async #writeOrTakeBack(buffers: readonly Buffer[]): Promise<void> {
    const { file, onBroken } = this.#options;
    try {
      await file.write(buffers, this.#offset);
    } catch (error) {
      // What was written would be read as records nobody was promised; taking it back also frees the space.
      await file
        .truncate(this.#offset)
        .catch((cause) => onBroken('The journal could not be repaired.', cause));
      throw error;
    }
  }

  async #syncWritten(): Promise<void> {
    while (this.#written.length > 0) {
      const group = this.#written;
      const end = this.end();
      this.#written = [];
      this.#sync_failure ??= await this.#sync();
      if (this.#sync_failure) {
        for (const item of group) item.reject(this.#sync_failure);
      } else {
        this.#options.onDurable(end);
        for (const item of group) item.resolve();
      }
    }
    this.#syncing = null;
  }

  // Once it has failed it is not tried again: the next sync may succeed without the lost pages being on disk.
  async #sync(): Promise<Error | null> {
    try {
      await this.#options.file.sync();
      return null;
    } catch (error) {
      return this.#options.onBroken('Syncing the journal failed; a restart is needed.', error);
    }
  }
}
