import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Log } from '../../log.ts';
import { type TableName, tables } from '../schema.ts';
import type { Position } from '../store.ts';
import { isDamage } from './damage.ts';
import { createTableStatement, createTableStatements } from './ddl.ts';
import { KnownKeys } from './known-keys.ts';

/**
 * One DuckDB database for each UTC day, attached to one in-memory database whose views unite the days.
 *
 *   days/2026-11-21.duckdb    every table of the schema, and `progress`
 *
 * `progress` holds the journal position up to which the file is filled and how far each queue was worked off.
 * It is written in the transaction of the rows, so a file always knows exactly what it contains.
 */
export interface DayFile {
  /** The day as YYYY-MM-DD; also the name of the catalog. */
  readonly day: string;
  readonly known: { readonly spans: KnownKeys; readonly messages: KnownKeys; readonly versions: KnownKeys };
  position: Position;
  /** Marks of the queues, as ingest times. */
  readonly marks: { embed: number; sketch: number };
  /** Newest ingest time of spans and embeddings. */
  readonly newest: { spans: number; embeddings: number };
}

export interface DayFilesOptions {
  readonly folder: string;
  readonly memory_bytes: number;
  readonly log: Log;
}

export class DayFiles {
  readonly #options: DayFilesOptions;
  readonly #instance: DuckDBInstance;
  readonly #files = new Map<string, DayFile>();
  /** The connection that writes, and that attaches and detaches files. */
  readonly writer: DuckDBConnection;

  private constructor(options: DayFilesOptions, instance: DuckDBInstance, writer: DuckDBConnection) {
    this.#options = options;
    this.#instance = instance;
    this.writer = writer;
  }

  static async open(options: DayFilesOptions): Promise<DayFiles> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${Math.ceil(options.memory_bytes / 2 ** 20)}MiB`,
      threads: '2',
      // Small checkpoints stall the writer for seconds; the log is replayed within seconds at this size.
      checkpoint_threshold: '256MiB',
      temp_directory: join(options.folder, 'temporary'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const writer = await instance.connect();
    const files = new DayFiles(options, instance, writer);
    await files.#lock();
    for (const day of await listDays(options.folder)) await files.#attach(day);
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
    await this.#createViews();
    return file;
  }

  async remove(day: string): Promise<void> {
    if (!this.#files.delete(day)) return;
    await this.#createViews();
    await this.writer.run(`DETACH "${day}"`);
    for (const suffix of ['', '.wal']) await rm(this.#path(day) + suffix, { force: true });
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
    const path = this.#path(day).replaceAll("'", "''");
    // Row groups of this size answer "the newest page" several times faster than the default of 122,880.
    await this.writer.run(`ATTACH IF NOT EXISTS '${path}' AS "${day}" (ROW_GROUP_SIZE 20480)`);
    await this.writer.run(`USE "${day}"`);
    // One script in one transaction: a hundred single statements would each wait for the disk.
    const progress = 'CREATE TABLE IF NOT EXISTS progress (name VARCHAR, segment BIGINT, place BIGINT)';
    const missing = createTableStatements(await this.#missingTables(day));
    await this.writer.run(['BEGIN TRANSACTION', ...missing, progress, 'COMMIT'].join(';'));
    const file = await this.#readState(day);
    await this.writer.run('USE memory.main');
    this.#files.set(day, file);
    return file;
  }

  async #missingTables(day: string): Promise<TableName[]> {
    const statement = `SELECT table_name AS name FROM duckdb_tables() WHERE database_name = '${day}'`;
    const present = new Set((await this.#rows(statement)).map((row) => row['name']));
    return table_names.filter((name) => !present.has(name));
  }

  async #readState(day: string): Promise<DayFile> {
    const progress = new Map<string, Position>();
    for (const row of await this.#rows('SELECT name, segment, place FROM progress')) {
      progress.set(String(row['name']), { segment: Number(row['segment']), offset: Number(row['place']) });
    }
    const newest = async (table: string) => {
      const [row] = await this.#rows(`SELECT epoch_us(max(ingest_time)) AS newest FROM ${table}`);
      return Number(row?.['newest'] ?? 0);
    };
    return {
      day,
      position: progress.get('journal') ?? { segment: 0, offset: 0 },
      marks: { embed: progress.get('embed')?.offset ?? 0, sketch: progress.get('sketch')?.offset ?? 0 },
      newest: { spans: await newest('spans'), embeddings: await newest('embeddings') },
      known: {
        spans: await this.#readKeys("SELECT concat_ws(' ', tenant, trace_id, span_id) AS key FROM spans"),
        messages: await this.#readKeys("SELECT concat_ws(' ', tenant, message_hash) AS key FROM messages"),
        versions: await this.#readKeys(
          "SELECT concat_ws(' ', tenant, kind, name, version) AS key FROM versions",
        ),
      },
    };
  }

  async #readKeys(statement: string): Promise<KnownKeys> {
    const known = new KnownKeys();
    const result = await this.writer.stream(statement);
    for (
      let chunk = await result.fetchChunk();
      chunk && chunk.rowCount > 0;
      chunk = await result.fetchChunk()
    ) {
      for (const key of chunk.getColumnValues(0)) known.add(String(key));
    }
    return known;
  }

  async #rows(statement: string): Promise<Record<string, unknown>[]> {
    return (await this.writer.runAndReadAll(statement)).getRowObjects();
  }

  async #createViews(): Promise<void> {
    for (const table of table_names) {
      const parts = this.days().map((day) => `SELECT * FROM "${day}".main.${table}`);
      const union = [`SELECT * FROM memory.empty.${table}`, ...parts].join(' UNION ALL ');
      await this.writer.run(`CREATE OR REPLACE VIEW memory.main.${table} AS ${union}`);
    }
  }

  async #setAside(day: string, error: unknown): Promise<void> {
    const path = this.#path(day);
    const aside = `${path}.damaged-${Date.now()}`;
    this.#options.log.error({ day, aside, error }, 'The file of a day cannot be read and is set aside.');
    await this.writer.run('USE memory.main');
    await this.writer.run(`DETACH DATABASE IF EXISTS "${day}"`);
    await rename(path, aside);
    await rename(`${path}.wal`, `${aside}.wal`).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
    });
  }

  #path(day: string): string {
    return join(this.#options.folder, `${day}.duckdb`);
  }
}

const table_names = Object.keys(tables) as TableName[];

async function listDays(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => /^(\d{4}-\d{2}-\d{2})\.duckdb$/.exec(name)?.[1] ?? []);
}
