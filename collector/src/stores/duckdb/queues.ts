import type { DuckDBConnection } from '@duckdb/node-api';
import type { QueueName, QueueResult, Row, Work } from '../store.ts';
import type { IngestClock } from './append.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import { dayBefore } from './days.ts';
import { setProgress } from './progress.ts';
import { queueSources } from './queue-sources.ts';
import { inTransaction } from './transaction.ts';
import { fromDuckDB } from './values.ts';

/**
 * The queues are not stored: each day file notes the ingest time up to which a queue was worked off, and rows
 * with a later one wait. Rows of one record share their ingest time, so work always holds whole records.
 */
export async function takeWork<Name extends QueueName>(
  files: DayFiles,
  queue: Name,
  rows_max: number,
  before_us = Number.MAX_SAFE_INTEGER,
): Promise<Work<Name> | null> {
  const { base } = queueSources[queue];
  for (const day of files.days().reverse()) {
    const file = files.get(day) as DayFile;
    for (;;) {
      const newest = Math.min(file.newest[base], before_us);
      if (newest <= file.marks[queue]) break;
      const through = await findPortion(files.writer, file, { queue, rows_max, newest });
      const work = through === null ? null : await readPortion(files, file, { queue, through });
      if (work) return work as Work<Name>;
      // Nothing of these rows belongs to the queue: later calls need not look again.
      file.marks[queue] = through ?? newest;
    }
  }
  return null;
}

export async function finishWork<Name extends QueueName>(
  files: DayFiles,
  work: Work<Name>,
  results: readonly QueueResult<Name>[],
  clock: IngestClock,
): Promise<void> {
  const { day, through } = JSON.parse(work.mark) as Mark;
  const file = files.get(day);
  // The day was removed in the meantime, or the work is finished already.
  if (!file || file.marks[work.queue] >= through) return;
  const ingest_time = clock.next();
  const table = work.queue === 'embed' ? 'embeddings' : 'sketches';
  await inTransaction(files.writer, async () => {
    await files.inserter.insert(files.writer, { catalog: day, table, ingest_time }, results);
    const position = { segment: 0, offset: through };
    await setProgress(files.writer, { day, name: work.queue, position });
  });
  file.marks[work.queue] = through;
  if (table === 'embeddings' && results.length > 0) file.newest.embeddings = ingest_time;
}

interface Mark {
  readonly day: string;
  readonly through: number;
}

/** Ingest time of the last of as many whole records as fit, but at least one; null where nothing waits. */
async function findPortion(
  connection: DuckDBConnection,
  { day, marks }: DayFile,
  {
    queue,
    rows_max,
    newest,
  }: { readonly queue: QueueName; readonly rows_max: number; readonly newest: number },
): Promise<number | null> {
  const { base, condition } = queueSources[queue];
  const [row] = await read(
    connection,
    `WITH batches AS (
      SELECT ingest_time, count(*) AS count FROM "${day}".main.${base} AS s
      WHERE s.ingest_time > make_timestamp($mark::BIGINT) AND s.ingest_time <= make_timestamp($newest::BIGINT)
        AND ${condition}
      GROUP BY ingest_time
    ),
    running AS (SELECT ingest_time, sum(count) OVER (ORDER BY ingest_time) AS total FROM batches)
    SELECT epoch_us(coalesce(max(ingest_time) FILTER (total <= $rows_max::BIGINT), min(ingest_time))) AS through
    FROM running`,
    { mark: BigInt(marks[queue]), newest: BigInt(newest), rows_max: BigInt(rows_max) },
  );
  return (row?.['through'] as number | null | undefined) ?? null;
}

async function readPortion(
  files: DayFiles,
  { day, marks }: DayFile,
  { queue, through }: { readonly queue: QueueName; readonly through: number },
): Promise<Work<QueueName> | null> {
  const { rows, earlier, toRow } = queueSources[queue];
  const bounds = { mark: BigInt(marks[queue]), through: BigInt(through) };
  const span_days = [day, dayBefore(day)].filter((other) => files.get(other));
  const portion = await read(files.writer, rows(day, span_days), bounds);
  if (portion.length === 0) return null;
  const is_followed = portion.some((row) => row['conversation_id'] !== null);
  const before =
    earlier === null || !is_followed ? [] : await read(files.writer, earlier(day, span_days), bounds);
  return {
    queue,
    mark: JSON.stringify({ day, through } satisfies Mark),
    rows: portion.map(toRow),
    earlier: before.map(toRow),
  } as Work<QueueName>;
}

async function read(
  connection: DuckDBConnection,
  text: string,
  parameters: Readonly<Record<string, bigint>>,
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(text, { ...parameters });
  return reader.getRowObjects().map((row) => {
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromDuckDB(value)]));
  });
}
