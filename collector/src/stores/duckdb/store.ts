import type { DatabaseSync } from 'node:sqlite';
import { guardClosed, serialise } from '../calls.ts';
import { loadQuery } from '../queries.ts';
import { tables } from '../schema.ts';
import {
  type Batch,
  comparePositions,
  type Position,
  type QueryValue,
  type Row,
  type Store,
} from '../store.ts';
import { appendBatch, type IngestClock } from './append.ts';
import { type AppendTarget, appendRows } from './append-rows.ts';
import { type DayFile, DayFiles, type DayFilesOptions } from './day-files.ts';
import { dayOf, dayRanges } from './days.ts';
import { eraseSpans } from './erase.ts';
import { type Parameters, runQuery, runSql } from './query.ts';
import { finishWork, takeWork } from './queues.ts';
import { Readers } from './readers.ts';
import { inTransaction } from './transaction.ts';

export interface DuckDbOptions extends DayFilesOptions {
  /** Small state of the collector; the position is kept in it, as a hint where to begin. */
  readonly control: DatabaseSync;
  readonly query_timeout_ms: number;
}

/** Opens the embedded store: one DuckDB file a day, in a folder of its own. */
export async function openDuckDbStore(options: DuckDbOptions): Promise<Store> {
  const files = await DayFiles.open(options);
  const readers = new Readers(files);
  const clock = ingestClock(files);
  const positions = positionKeeper(options.control);
  const write = serialise();
  const open = guardClosed();

  return {
    name: 'duckdb',
    append: (batch) => open(() => write(() => appendAndNote(files, batch, { clock, positions }))),
    position: () => open(async () => positions.read()),
    insert: (table, rows) =>
      open(() =>
        write(async () => {
          const column = tables[table].day_column;
          const by_day = Map.groupBy(rows, (row) => dayOf((row as Row)[column] as number, clock.now_us()));
          for (const [day, day_rows] of by_day)
            await insertDay(files, { catalog: day, table, ingest_time: clock.next() }, day_rows);
        }),
      ),
    take: (queue, rows_max) => open(() => write(() => takeWork(files, queue, rows_max))),
    finish: (work, results) => open(() => write(() => finishWork(files, work, results, clock))),
    query: (name, parameters, query_options) =>
      open(() => {
        const limits = { timeout_ms: options.query_timeout_ms, signal: query_options?.signal };
        return readers.use(limits, (connection) => runNamed(files, connection, { name, parameters }));
      }),
    sql: (statement, sql_options) =>
      open(() => readers.use(sql_options, (connection) => runSql(connection, statement, sql_options))),
    expire: (before_time_us) =>
      open(() =>
        write(async () => {
          const first_kept = dayOf(before_time_us, clock.now_us());
          const expired = files.days().filter((day) => day < first_kept);
          for (const day of expired) await files.remove(day);
          return expired;
        }),
      ),
    erase: (selector) => open(() => write(() => eraseSpans(files, selector))),
    close: () =>
      open(() =>
        write(async () => {
          open.close();
          readers.close();
          await files.close();
        }),
      ),
  };
}

interface Notes {
  readonly clock: IngestClock;
  readonly positions: { write(position: Position): void };
}

async function appendAndNote(files: DayFiles, batch: Batch, { clock, positions }: Notes) {
  const appended = await appendBatch(files, batch, clock);
  const through = batch.records.at(-1)?.position;
  if (through) positions.write(through);
  return appended;
}

async function insertDay(files: DayFiles, target: AppendTarget, rows: readonly object[]): Promise<void> {
  await files.getOrCreate(target.catalog);
  await inTransaction(files.writer, () => appendRows(files.writer, target, rows));
}

interface Named {
  readonly name: string;
  readonly parameters: Parameters;
}

// DuckDB does not push a limit into a union, so the newest rows are looked for day by day: a bound on the time
// lets it pass over the files of other days.
async function runNamed(
  files: DayFiles,
  connection: Connection,
  { name, parameters }: Named,
): Promise<Row[]> {
  const query = loadQuery('duckdb', name);
  if (query.scope === 'all') return await runQuery(connection, query.text, parameters);
  const wanted = { from_us: numberOf(parameters['from_us']), to_us: numberOf(parameters['to_us']) };
  const limit = numberOf(parameters['limit']) ?? Number.MAX_SAFE_INTEGER;
  const rows: Row[] = [];
  for (const range of dayRanges(files.days(), wanted, Date.now() * 1000)) {
    if (rows.length >= limit) break;
    rows.push(
      ...(await runQuery(connection, query.text, { ...parameters, ...range, limit: limit - rows.length })),
    );
  }
  return rows;
}

function numberOf(value: QueryValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

type Connection = Awaited<ReturnType<DayFiles['connect']>>;

function ingestClock(files: DayFiles): IngestClock {
  const newest = files.days().map((day) => (files.get(day) as DayFile).newest);
  let last = Math.max(0, ...newest.flatMap(({ spans, embeddings }) => [spans, embeddings]));
  const now_us = () => Date.now() * 1000;
  return {
    now_us,
    next() {
      last = Math.max(now_us(), last + 1);
      return last;
    },
  };
}

/**
 * The day files know exactly what they hold; this position only says from where the journal needs to be read,
 * and may lag behind after a crash.
 */
function positionKeeper(control: DatabaseSync) {
  control.exec(
    'CREATE TABLE IF NOT EXISTS store_position (segment INTEGER NOT NULL, place INTEGER NOT NULL) STRICT',
  );
  const select = control.prepare('SELECT segment, place FROM store_position');
  const insert = control.prepare('INSERT INTO store_position (segment, place) VALUES (?, ?)');
  const update = control.prepare('UPDATE store_position SET segment = ?, place = ?');
  const read = (): Position | null => {
    const row = select.get();
    return row ? { segment: Number(row['segment']), offset: Number(row['place']) } : null;
  };
  return {
    read,
    write(position: Position): void {
      const current = read();
      if (current && comparePositions(position, current) <= 0) return;
      (current ? update : insert).run(position.segment, position.offset);
    },
  };
}
