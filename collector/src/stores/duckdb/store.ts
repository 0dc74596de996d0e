import type { DatabaseSync } from 'node:sqlite';
import { guardClosed, serialise } from '../calls.ts';
import { loadQuery } from '../queries.ts';
import { tables } from '../schema.ts';
import type { Batch, QueryValue, Row, Store } from '../store.ts';
import { appendBatch, type IngestClock } from './append.ts';
import { backUpDays } from './backup.ts';
import { type BrokenDays, watchForBrokenDays } from './broken-days.ts';
import { onDays } from './confinement.ts';
import { type DayFile, DayFiles, type DayFilesOptions } from './day-files.ts';
import { dayOf, dayRanges, daysAround, overlaps, type TimeRange } from './days.ts';
import { type DaysOnRecord, openDaysOnRecord } from './days-on-record.ts';
import { countErasable, eraseSpans } from './erase.ts';
import { expireDays } from './expire.ts';
import { exportDays, readParquet } from './export.ts';
import { type Parameters, runQuery, runSql } from './query.ts';
import { finishWork, takeWork } from './queues.ts';
import { Readers } from './readers.ts';
import type { StampedTarget } from './row-inserter.ts';
import { inTransaction } from './transaction.ts';

export interface DuckDbOptions extends DayFilesOptions {
  /** Small state of the collector; the position is kept in it, as a hint where to begin. */
  readonly control: DatabaseSync;
  readonly query_timeout_ms: number;
  /** Told that the store must be opened again, because the file of a day broke. */
  onBroken?(day: string): void;
}

/** Opens the embedded store: one DuckDB file a day, in a folder of its own. */
export async function openDuckDbStore(options: DuckDbOptions): Promise<Store> {
  const record = openDaysOnRecord(options.control, Date.now);
  const files = await DayFiles.open({ ...options, record });
  const readers = new Readers(files);
  const clock = ingestClock(files);
  const write = serialise();
  const inTurn = serialise();
  const open = guardClosed();
  const parts = { files, readers, write: <T>(work: () => Promise<T>) => open(() => write(work)) };
  const broken = watchForBrokenDays({ onBroken() {}, ...options, ...parts, record });

  return {
    name: 'duckdb',
    append: (batch) => open(() => write(() => appendAndNote(files, batch, { clock, record, broken }))),
    position: () => open(async () => record.position()),
    insert: (table, rows) =>
      open(() =>
        write(async () => {
          const column = tables[table].day_column;
          const by_day = Map.groupBy(rows, (row) => dayOf((row as Row)[column] as number, clock.now_us()));
          for (const [day, day_rows] of by_day)
            await insertDay(files, { catalog: day, table, ingest_time: clock.next() }, day_rows);
        }),
      ),
    take: (queue, rows_max, take_options) =>
      open(() => write(() => takeWork(files, { ...take_options, queue, rows_max }))),
    finish: (work, results) => open(() => write(() => finishWork(files, work, results, clock))),
    query: (name, parameters, query_options) =>
      open(() => {
        const limits = {
          tenant: String(parameters['tenant']),
          timeout_ms: options.query_timeout_ms,
          signal: query_options?.signal,
        };
        return readers.use(limits, (connection) => runNamed(files, connection, { name, parameters }));
      }),
    sql: (statement, sql_options) =>
      open(() => readers.use(sql_options, (connection) => runSql(connection, statement, sql_options))),
    expire: (before_time_us) =>
      open(() => write(() => expireDays(files, before_time_us, { record, now_us: clock.now_us() }))),
    erase: (selector, { dry_run } = {}) =>
      open(() => inTurn(() => (dry_run ? countErasable : eraseSpans)(parts, selector))),
    files: {
      backUp: (folder) => backUpDays(parts, folder),
      daysOf: (range) => open(() => exportDays(parts, range)),
      readParquet: (range, signal) => open(() => readParquet(parts, range, signal)),
      lostDays: record.lost,
    },
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
  readonly record: DaysOnRecord;
  readonly broken: BrokenDays;
}

async function appendAndNote(files: DayFiles, batch: Batch, { clock, record, broken }: Notes) {
  try {
    const { through, ...appended } = await appendBatch(files, batch, clock);
    if (through) record.setPosition(through);
    broken.succeeded();
    return appended;
  } catch (error) {
    broken.failed(error);
    throw error;
  }
}

async function insertDay(files: DayFiles, target: StampedTarget, rows: readonly object[]): Promise<void> {
  await files.getOrCreate(target.catalog);
  await inTransaction(files.writer, () => files.inserter.insert(files.writer, target, rows));
  await files.settle(target.catalog);
  await files.showNewDays();
}

interface Named {
  readonly name: string;
  readonly parameters: Parameters;
}

// DuckDB does not push a limit into a union, so the newest rows are looked for day by day, each time in the few
// files that can hold them.
async function runNamed(
  files: DayFiles,
  connection: Connection,
  { name, parameters }: Named,
): Promise<Row[]> {
  const query = loadQuery('duckdb', name);
  if (query.scope === 'all') return await runQuery(connection, query.text, parameters);
  const wanted = { from_us: numberOf(parameters['from_us']), to_us: numberOf(parameters['to_us']) };
  if (query.scope !== 'days') {
    const days = daysFor[query.scope](files, wanted);
    return await runQuery(connection, onDays(query.text, days), parameters);
  }
  const limit = numberOf(parameters['limit']) ?? Number.MAX_SAFE_INTEGER;
  const rows: Row[] = [];
  for (const range of dayRanges(files.days(), wanted, Date.now() * 1000)) {
    if (rows.length >= limit) break;
    const statement = onDays(query.text, daysAround(files.days(), range));
    const bounds = { ...parameters, ...range, limit: limit - rows.length };
    rows.push(...(await runQuery(connection, statement, bounds)));
  }
  return rows;
}

const daysFor = {
  range: (files, wanted) => daysAround(files.days(), wanted),
  since: (files, { from_us }) => daysAround(files.days(), { from_us, to_us: null }),
  sketched: (files, wanted) => files.days().filter((day) => overlaps(files.get(day)?.sketched, wanted)),
} as const satisfies Readonly<Record<string, (files: DayFiles, wanted: TimeRange) => string[]>>;

function numberOf(value: QueryValue | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

type Connection = Awaited<ReturnType<DayFiles['connect']>>;

function ingestClock(files: DayFiles): IngestClock {
  const newest = files.days().map((day) => (files.get(day) as DayFile).newest);
  let last = Math.max(0, ...newest.flatMap((times) => Object.values(times)));
  const now_us = () => Date.now() * 1000;
  return {
    now_us,
    next() {
      last = Math.max(now_us(), last + 1);
      return last;
    },
  };
}
