import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Log } from '../../log.ts';
import { syncPath } from '../../sync-files.ts';
import { type TableName, tables } from '../schema.ts';
import type { Position, QueueName } from '../store.ts';
import { isDamage } from './damage.ts';
import { type DayKeys, readDayKeys } from './day-keys.ts';
import { bringUpToDate, noteCreation } from './day-schema.ts';
import { type Moments, nextDay, undated_day } from './days.ts';
import type { DaysOnRecord } from './days-on-record.ts';
import { createTableStatement } from './ddl.ts';
import { emptyDays, type WriteEmptyDay } from './empty-day.ts';
import { MessageCache } from './message-cache.ts';
import type { ProgressOfDay } from './progress.ts';
import { RowInserter } from './row-inserter.ts';
import { inTransaction } from './transaction.ts';

/**
 * One DuckDB database for each UTC day, attached to one in-memory database whose views unite the days.
 *
 *   days/2026-11-21.duckdb    every table of the schema, and `progress`
 *
 * `progress` holds the journal position up to which the file is filled, how far each queue was worked off, and of
 * which version the tables are. It is written in the transaction of the rows, so a file always knows exactly what
 * it contains.
 */
export interface DayFile {
  /** The day as YYYY-MM-DD; also the name of the catalog. */
  readonly day: string;
  position: Position;
  /** Marks of the queues, as ingest times. */
  readonly marks: Record<QueueName, number>;
  /** Newest ingest time of what queues are made of. */
  readonly newest: { spans: number; embeddings: number; scores: number };
  /** Minutes of its sketches; null where it has none. */
  sketched: Moments | null;
  /** When the file was made, in milliseconds since 1970; 0 where that is not known. */
  readonly created_ms: number;
}

export interface DayFilesOptions {
  readonly folder: string;
  readonly memory_bytes: number;
  /** Threads of one query; 1 where it is left out. */
  readonly threads?: number;
  /** How long after its start a span that arrives again is recognised; 0 means always. */
  readonly deduplication_hours: number;
  readonly log: Log;
}

export interface DayFilesParts extends DayFilesOptions {
  readonly record: DaysOnRecord;
}

export class DayFiles {
  readonly #options: DayFilesParts;
  readonly #instance: DuckDBInstance;
  readonly #files = new Map<string, DayFile>();
  readonly #keys = new Map<string, Promise<DayKeys>>();
  readonly #writeEmptyDay: WriteEmptyDay;
  #has_new_days = false;
  /** Days with rows in their log, the one written last at the end. */
  readonly #unsettled = new Set<string>();
  /** Messages that were read lately, of all days. */
  readonly messages = new MessageCache();
  /** Inserts rows on any connection. */
  readonly inserter: RowInserter;
  /** The connection that writes, and that attaches and detaches files. */
  readonly writer: DuckDBConnection;

  private constructor(options: DayFilesParts, instance: DuckDBInstance, writer: DuckDBConnection) {
    this.#options = options;
    this.#instance = instance;
    this.writer = writer;
    this.inserter = RowInserter.register(writer);
    this.#writeEmptyDay = emptyDays({ writer, folder: options.folder, file_options: new_file_options });
  }

  static async open(options: DayFilesParts): Promise<DayFiles> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    // What a killed process left may hold texts that were erased since.
    for (const name of ['temporary', 'exports']) {
      await rm(join(options.folder, name), { recursive: true, force: true });
    }
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.ceil(options.memory_bytes / 2 ** 20)}MiB`,
      // With a second thread, the one that waits for it spins: storing a span then takes a third more.
      threads: String(options.threads ?? 1),
      // A larger one would stall the writer for a second, and need more memory than there is for long texts.
      checkpoint_threshold: '16MiB',
      // Checkpoints would join row groups that are not full, and write long texts again and again for it.
      max_vacuum_tasks: '0',
      temp_directory: join(options.folder, 'temporary'),
      // Long texts are what there is most of: without this, they are hardly compressed.
      zstd_min_string_length: '300',
      // A large append is written row group by row group and not held in memory as a whole.
      write_buffer_row_group_count: '1',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const writer = await instance.connect();
    const files = new DayFiles(options, instance, writer);
    await files.#lock();
    const days = await listDays(options.folder);
    options.record.compare(days);
    for (const day of days) {
      if (options.record.isCondemned(day)) await files.#setAside(day, 'It broke while it was in use.');
      await files.#attach(day);
    }
    await files.#createViews();
    return files;
  }

  connect(): Promise<DuckDBConnection> {
    return this.#instance.connect();
  }

  /** The days there are, newest first. */
  days(): string[] {
    return [...this.#files.keys()].sort().reverse();
  }

  get(day: string): DayFile | undefined {
    return this.#files.get(day);
  }

  async getOrCreate(day: string): Promise<DayFile> {
    const known = this.#files.get(day);
    if (known) return known;
    const file = await this.#attach(day);
    this.#options.record.add(day);
    this.#has_new_days = true;
    return file;
  }

  /** Lets queries see the days that were made since; to be called once for many of them. */
  async showNewDays(): Promise<void> {
    if (!this.#has_new_days) return;
    await this.#createViews();
    this.#has_new_days = false;
  }

  /**
   * Rows that lie in the log of a file take memory, some megabytes a day. Those of the day that was written longest
   * ago are put to their place, where there are many such days.
   */
  async settle(written_day: string): Promise<void> {
    this.#unsettled.delete(written_day);
    this.#unsettled.add(written_day);
    const [oldest] = this.#unsettled;
    if (this.#unsettled.size <= unsettled_days_max || oldest === undefined) return;
    this.#unsettled.delete(oldest);
    if (!this.#files.has(oldest)) return;
    try {
      await this.writer.run(`CHECKPOINT "${oldest}"`);
    } catch (error) {
      // A reader may be in the way; the next rows of that day bring another try.
      this.#options.log.warn({ day: oldest, error }, 'The log of a day could not be worked off.');
    }
  }

  /** The day itself, or that of undated rows where there are too many files for one more of some day long past. */
  placeOf(day: string): string {
    const is_refused = this.#files.size >= days_max && !this.#files.has(day);
    return is_refused && nextDay(nextDay(day)) < new Date().toISOString().slice(0, 10) ? undated_day : day;
  }

  get folder(): string {
    return this.#options.folder;
  }

  path(day: string): string {
    return join(this.folder, `${day}.duckdb`);
  }

  /** The keys of a day there is; they are read once. */
  keys(day: string): Promise<DayKeys> {
    let keys = this.#keys.get(day);
    if (!keys) {
      keys = readDayKeys(this.writer, { day, spans_wanted: this.#isDeduplicated(day) });
      this.#keys.set(day, keys);
      // A failed read is tried again by the next call.
      keys.catch(() => this.#keys.delete(day));
    }
    return keys;
  }

  // All that a new file of an old day holds came lately, with what its senders repeated: that of a day which was
  // lost and is filled from the journal again, for one.
  #isDeduplicated(day: string): boolean {
    const { deduplication_hours } = this.#options;
    if (deduplication_hours === 0) return true;
    const end_ms = Date.parse(`${nextDay(day)}T00:00:00Z`);
    const created_ms = this.#files.get(day)?.created_ms ?? 0;
    return Math.max(end_ms, created_ms) > Date.now() - deduplication_hours * hour_ms;
  }

  async remove(day: string): Promise<void> {
    if (!this.#files.delete(day)) return;
    this.forgetRows(day);
    // First, so that after a crash the file is there without need and not missing.
    this.#options.record.remove(day);
    await this.#createViews();
    await this.writer.run(`DETACH "${day}"`);
    // The log first: one that is left alone would be taken for that of the next file of the day.
    for (const suffix of ['.wal', '']) await rm(this.path(day) + suffix, { force: true });
  }

  /** Puts a complete file in the place of the day's in one step. Nothing may use the day meanwhile. */
  async replace(day: string, path: string): Promise<void> {
    await this.writer.run(`CHECKPOINT "${day}"`);
    await this.writer.run(`DETACH "${day}"`);
    this.forgetRows(day);
    try {
      // The log of the old file is empty by now; it must never be taken for one of the new file.
      await rm(`${this.path(day)}.wal`, { force: true });
      await rename(path, this.path(day));
      await syncPath(this.folder);
    } finally {
      await this.#attach(day);
    }
  }

  /** To be called where rows were removed from a file. */
  forgetRows(day: string): void {
    this.#keys.delete(day);
    this.messages.clear();
  }

  async close(): Promise<void> {
    for (const day of this.days()) await this.writer.run(`DETACH "${day}"`);
    this.writer.closeSync();
    this.#instance.closeSync();
  }

  // Statements come from outside too: nothing but the day files can be opened from here on.
  async #lock(): Promise<void> {
    const folder = this.#options.folder.replaceAll("'", "''");
    await this.writer.run(`SET allowed_directories = ['${folder}/']`);
    await this.writer.run('SET enable_external_access = false');
    await this.writer.run('SET lock_configuration = true');
    await this.writer.run('CREATE SCHEMA empty');
    await this.writer.run('USE memory.empty');
    await this.writer.run(table_names.map(createTableStatement).join(';'));
    await this.writer.run('USE memory.main');
  }

  async #attach(day: string): Promise<DayFile> {
    try {
      return await this.#attachOnce(day);
    } catch (error) {
      if (!isDamage(error)) throw error;
      await this.#setAside(day, error);
      return await this.#attachOnce(day);
    }
  }

  async #attachOnce(day: string): Promise<DayFile> {
    const is_new = !existsSync(this.path(day));
    if (is_new) await this.#writeEmptyDay(this.path(day));
    const path = this.path(day).replaceAll("'", "''");
    await this.writer.run(`ATTACH IF NOT EXISTS '${path}' AS "${day}" (${attach_options})`);
    if (is_new) await inTransaction(this.writer, () => noteCreation(this.writer, day));
    const file = await this.#readState(day, await bringUpToDate(this.writer, day));
    this.#files.set(day, file);
    return file;
  }

  async #readState(day: string, progress: ProgressOfDay): Promise<DayFile> {
    const contents = await readContents(this.writer, day);
    return {
      day,
      position: progress.get('journal') ?? { segment: 0, offset: 0 },
      marks: {
        embed: progress.get('embed')?.offset ?? 0,
        sketch: progress.get('sketch')?.offset ?? 0,
        measure: progress.get('measure')?.offset ?? 0,
        score: progress.get('score')?.offset ?? 0,
      },
      ...contents,
      created_ms: progress.get('created')?.offset ?? 0,
    };
  }

  async #createViews(): Promise<void> {
    for (const table of table_names) {
      const parts = this.days().map((day) => `SELECT * FROM "${day}".main.${table}`);
      const union = [`SELECT * FROM memory.empty.${table}`, ...parts].join(' UNION ALL ');
      await this.writer.run(`CREATE OR REPLACE VIEW memory.main.${table} AS ${union}`);
    }
  }

  async #setAside(day: string, error: unknown): Promise<void> {
    const path = this.path(day);
    const aside = `${path}.damaged-${Date.now()}`;
    this.#options.log.error({ day, aside, error }, 'The file of a day cannot be read and is set aside.');
    await this.writer.run('USE memory.main');
    await this.writer.run(`DETACH DATABASE IF EXISTS "${day}"`);
    this.#options.record.lose(day, 'damaged');
    // The log goes first: left alone, it would be taken for one of the next file.
    await rename(`${path}.wal`, `${aside}.wal`).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
    await rename(path, aside);
  }
}

/**
 * Row groups of this size answer "the newest page" several times faster than the default of 122,880, and a transaction
 * need not be larger to be written to its place at once. With 20,480 some pages are up to a fifth faster, but what comes
 * at a steady rate waits more than twice as long and takes a third more of the disk. The storage version is the oldest
 * that compresses long texts well.
 */
export const attach_options = "ROW_GROUP_SIZE 8192, STORAGE_VERSION 'v1.2.0'";
/**
 * Of a file that is made; one that is there keeps the blocks it has. DuckDB's 256 KiB leave half of the file of a small
 * day empty, and hold an eighth more memory under load. Smaller ones than these save nothing on large days.
 */
export const new_file_options = `${attach_options}, BLOCK_SIZE 65536`;
const hour_ms = 3_600_000;
/** Every file takes 0.8 MB of memory: what sends spans of thousands of days must not take it all. */
const days_max = 750;
const unsettled_days_max = 16;
const table_names = Object.keys(tables) as TableName[];

/** In one statement, which takes a third less time than one for each. */
async function readContents(
  connection: DuckDBConnection,
  day: string,
): Promise<Pick<DayFile, 'newest' | 'sketched'>> {
  const of = (name: string, time: string, table: TableName) =>
    `SELECT '${name}' AS name, epoch_us(${time}) AS time_us FROM "${day}".main.${table}`;
  const reader = await connection.runAndReadAll(
    [
      of('spans', 'max(ingest_time)', 'spans'),
      of('embeddings', 'max(ingest_time)', 'embeddings'),
      of('scores', 'max(ingest_time)', 'scores'),
      of('first_minute', 'min(minute)', 'sketches'),
      of('last_minute', 'max(minute)', 'sketches'),
    ].join(' UNION ALL '),
  );
  const times = new Map(reader.getRowObjects().map(({ name, time_us }) => [name, Number(time_us ?? 0)]));
  const timeOf = (name: string) => times.get(name) ?? 0;
  const last_us = timeOf('last_minute');
  return {
    newest: { spans: timeOf('spans'), embeddings: timeOf('embeddings'), scores: timeOf('scores') },
    sketched: last_us === 0 ? null : { first_us: timeOf('first_minute'), last_us },
  };
}

async function listDays(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => /^(\d{4}-\d{2}-\d{2})\.duckdb$/.exec(name)?.[1] ?? []);
}
