import type { DuckDBConnection } from '@duckdb/node-api';
import { everything, isFollowed, ofSubjects } from '../selection.ts';
import type { QueueName, QueueResult, Taking, Work } from '../store.ts';
import type { IngestClock } from './append.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import type { Portion } from './portion.ts';
import { setProgress } from './progress.ts';
import { runQuery } from './query.ts';
import { queueSources } from './queue-sources.ts';
import { inTransaction } from './transaction.ts';

/**
 * The queues are not stored: each day file notes the ingest time up to which a queue was worked off, and rows
 * with a later one wait. Rows of one record share their ingest time, so work always holds whole records.
 */
export async function takeWork<Name extends QueueName>(
  files: DayFiles,
  { queue, rows_max, before_us = Number.MAX_SAFE_INTEGER, selection = everything }: Taking<Name>,
): Promise<Work<Name> | null> {
  const { base } = queueSources[queue];
  for (const day of files.days().reverse()) {
    const file = files.get(day) as DayFile;
    for (;;) {
      const newest = Math.min(file.newest[base], before_us);
      const after_us = file.marks[queue];
      if (newest <= after_us) break;
      const through_us = await findPortion(files.writer, file, { queue, rows_max, newest });
      const mark = JSON.stringify({ day, through: through_us ?? newest } satisfies Mark);
      const work =
        through_us && (await readWork(queue, { files, day, after_us, through_us, mark, selection }));
      if (work) return work as Work<Name>;
      // Nothing of these rows belongs to the queue: later calls need not look again.
      file.marks[queue] = through_us ?? newest;
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
  // Before they are there: to be looked for in vain does no harm.
  for (const result of results) if ('minute' in result) noteMinute(file, result.minute);
  await inTransaction(files.writer, async () => {
    await files.inserter.insert(files.writer, { catalog: day, table, ingest_time }, results);
    const position = { segment: 0, offset: through };
    await setProgress(files.writer, { day, name: work.queue, position });
  });
  file.marks[work.queue] = through;
  if (table === 'embeddings' && results.length > 0) file.newest.embeddings = ingest_time;
  await files.settle(day);
}

function noteMinute(file: DayFile, minute_us: number): void {
  const { first_us, last_us } = file.sketched ?? { first_us: minute_us, last_us: minute_us };
  file.sketched = { first_us: Math.min(first_us, minute_us), last_us: Math.max(last_us, minute_us) };
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
  const [row] = await runQuery(
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
    { mark: marks[queue], newest, rows_max },
  );
  return (row?.['through'] as number | null | undefined) ?? null;
}

async function readWork(queue: QueueName, portion: Portion): Promise<Work<QueueName> | null> {
  const source = queueSources[queue];
  const { rows, left_out } = await source.rows(portion);
  if (rows.length + left_out === 0) return null;
  const before = source.earlier !== null && rows.some(isFollowed) ? await source.earlier(portion, rows) : [];
  return {
    ...{ queue, mark: portion.mark, left_out },
    rows: rows.map(source.toRow),
    earlier: ofSubjects(rows, before).map(source.toRow),
  } as Work<QueueName>;
}
