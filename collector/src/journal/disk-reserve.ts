import type { JournalFiles } from './files.ts';

export interface DiskReserveOptions {
  readonly folder: string;
  readonly files: JournalFiles;
  readonly now: () => number;
}

/** The journal leaves this share of the disk alone, and no more than so many bytes. */
const reserve_share = 0.1;
const reserve_bytes_max = 1024 ** 3;
/** Others write to the disk too, so what is free is measured again after a while. */
const measured_ms = 1_000;

/**
 * The last part of the disk, which is left to the store: it needs room to store what the journal holds, and only
 * what is stored can be removed from the journal. Without it a disk full of journal would stay full.
 */
export class DiskReserve {
  readonly #options: DiskReserveOptions;
  #available_bytes = 0;
  #measured_at_ms = Number.NEGATIVE_INFINITY;

  constructor(options: DiskReserveOptions) {
    this.#options = options;
  }

  async hasRoomFor(bytes: number): Promise<boolean> {
    const { now } = this.#options;
    if (bytes > this.#available_bytes || now() - this.#measured_at_ms > measured_ms) {
      this.#available_bytes = await this.#measure();
      this.#measured_at_ms = now();
    }
    return bytes <= this.#available_bytes;
  }

  /** Takes note of what is going to be written. Rejects with ENOSPC when it would use the reserve. */
  async take(bytes: number): Promise<void> {
    if (!(await this.hasRoomFor(bytes))) {
      throw Object.assign(new Error('The disk is full but for its reserve.'), { code: 'ENOSPC' });
    }
    this.#available_bytes -= bytes;
  }

  async #measure(): Promise<number> {
    const { free_bytes, total_bytes } = await this.#options.files.room(this.#options.folder);
    return free_bytes - Math.min(total_bytes * reserve_share, reserve_bytes_max);
  }
}
