import { BIGINT } from '@duckdb/node-api';
import { slice_columns, toEmbedRow } from '../slices.ts';
import type { QueueName, QueueResult, QueueRow, Row, Work } from '../store.ts';
import type { IngestClock } from './append.ts';
import type { DayFile, DayFiles } from './day-files.ts';
import { insertRows } from './insert-rows.ts';
import { setProgress } from './progress.ts';
import { inTransaction } from './transaction.ts';
import { fromDuckDB } from './values.ts';

/**
 * The queues are not stored: each day file notes the ingest time up to which a queue was worked off, and rows
 * with a later one wait. Rows of one batch share their ingest time, so work always holds whole batches.
 */
export async function takeWork<Name extends QueueName>(
  files: DayFiles,
  queue: Name,
  rows_max: number,
): Promise<Work<Name> | null> {
  for (const day of files.days().reverse()) {
    const file = files.get(day) as DayFile;
    const newest = queue === 'embed' ? file.newest.spans : file.newest.embeddings;
    if (newest <= file.marks[queue]) continue;
    const work = await takeFrom(files, file, { queue, rows_max });
    if (work) return work as Work<Name>;
    // Nothing of these rows belongs to the queue: later calls need not look again.
    file.marks[queue] = newest;
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
    await insertRows(files, { catalog: day, table, ingest_time }, results);
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

interface Take {
  readonly queue: QueueName;
  readonly rows_max: number;
}

async function takeFrom(files: DayFiles, file: DayFile, take: Take): Promise<Work<QueueName> | null> {
  const waiting = take.queue === 'embed' ? waitingMessages(file.day) : waitingEmbeddings(file.day);
  const parameters = { mark: BigInt(file.marks[take.queue]), rows_max: BigInt(take.rows_max) };
  const types = { mark: BIGINT, rows_max: BIGINT };
  // As many whole batches as fit, but at least one.
  const reader = await files.writer.runAndReadAll(
    `WITH waiting AS (${waiting}),
      running AS (SELECT ingest_time, sum(count(*)) OVER (ORDER BY ingest_time) AS total FROM waiting GROUP BY ingest_time),
      last AS (SELECT coalesce(max(ingest_time) FILTER (total <= $rows_max), min(ingest_time)) AS through FROM running)
    SELECT waiting.* FROM waiting, last WHERE ingest_time <= through ORDER BY ingest_time, trace_id, span_id`,
    parameters,
    types,
  );
  const rows = reader.getRowObjects().map((row) => {
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromDuckDB(value)]));
  });
  const through = rows.at(-1)?.['ingest_time'] as number | undefined;
  if (through === undefined) return null;
  return {
    queue: take.queue,
    mark: JSON.stringify({ day: file.day, through } satisfies Mark),
    rows: take.queue === 'embed' ? rows.map(toEmbedRow) : rows.map(embeddingRow),
  };
}

function waitingMessages(day: string): string {
  return `SELECT s.ingest_time, s.tenant, s.trace_id, s.span_id, s.conversation_id, s.start_time AS time,
      m.message_hash AS text_hash, m.text, ${slice_columns.map((column) => `s.${column}`).join(', ')}
    FROM "${day}".main.spans s JOIN "${day}".main.messages m
      ON m.tenant = s.tenant AND m.message_hash = s.input_messages[-1]
    WHERE s.ingest_time > make_timestamp($mark) AND s.is_leaf AND m.role = 'user' AND m.text <> ''
      AND s.operation IN ('chat', 'generate_content', 'text_completion')`;
}

function waitingEmbeddings(day: string): string {
  return `SELECT * FROM "${day}".main.embeddings WHERE ingest_time > make_timestamp($mark)`;
}

function embeddingRow({ ingest_time: _, ...row }: Row): QueueRow<'sketch'> {
  return row as QueueRow<'sketch'>;
}
