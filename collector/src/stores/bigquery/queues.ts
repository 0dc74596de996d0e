import { slice_columns, toEmbedRow } from '../slices.ts';
import type { EmbedRow, QueueName, QueueResult, QueueRow, Row, Work } from '../store.ts';
import { countDays, type StoreParts } from './append.ts';
import type { Client } from './client.ts';
import { boundsOf } from './days.ts';
import { insertRows } from './insert-rows.ts';
import type { Mark, State } from './state.ts';
import { identify, keyOf, storedKeys } from './stored-keys.ts';

// A query names each batch it reads; small batches are taken together, but not without end.
const batches_max = 200;

/** Work that was begun to be answered comes first and unchanged, so that its answers are stored once. */
export async function takeWork<Name extends QueueName>(
  { client, state }: StoreParts,
  queue: Name,
  rows_max: number,
): Promise<Work<Name> | null> {
  for (let mark = nextMark(state, queue, rows_max); mark; mark = nextMark(state, queue, rows_max)) {
    const rows = queue === 'embed' ? await readMessages(client, mark) : await readEmbeddings(client, mark);
    if (rows.length > 0)
      return {
        queue,
        mark: JSON.stringify(mark),
        rows: rows as readonly QueueRow<QueueName>[],
      } as Work<Name>;
    // Nothing of these batches belongs to the queue, or the rows are gone.
    state.endWork(queue, mark);
  }
  return null;
}

export async function finishWork<Name extends QueueName>(
  parts: StoreParts,
  work: Work<Name>,
  results: readonly QueueResult<Name>[],
): Promise<void> {
  const { state } = parts;
  const mark = JSON.parse(work.mark) as Mark;
  if (!state.isWaiting(work.queue, mark)) return;
  const begun = state.begunAnswer(work.queue);
  const is_repeated = begun?.mark === work.mark;
  const ingest_time = is_repeated ? begun.ingest_time : state.beginAnswer(work.queue, work.mark);
  await storeAnswers(parts, { queue: work.queue, ingest_time, is_repeated }, results);
  const waiting = work.queue === 'embed' ? countDays('sketch', timesOf(results), ingest_time) : [];
  state.endWork(work.queue, mark, waiting);
}

interface Answers {
  readonly queue: QueueName;
  readonly ingest_time: number;
  /** Whether an earlier call may have stored some of them. */
  readonly is_repeated: boolean;
}

async function storeAnswers(
  { client, onRefused }: StoreParts,
  { queue, ingest_time, is_repeated }: Answers,
  results: readonly object[],
): Promise<void> {
  const table = queue === 'embed' ? 'embeddings' : 'sketches';
  const known = is_repeated ? await storedKeys({ client, table, ingest_time }, results) : new Set();
  const missing = results.filter((row) => !known.has(keyOf(table, row)));
  const origin = `${queue} ${ingest_time}`;
  const items = identify(
    table,
    missing.map((row) => ({ row, origin })),
  );
  await insertRows({ client, table, ingest_time, onRefused }, items);
}

function timesOf(results: readonly object[]): number[] {
  return results.map((row) => (row as Row)['time'] as number);
}

function nextMark(state: State, queue: QueueName, rows_max: number): Mark | null {
  const begun = state.begunAnswer(queue);
  if (begun) return JSON.parse(begun.mark) as Mark;
  const [first, ...others] = state.oldestBatches(queue, batches_max);
  if (!first) return null;
  const ingest_times = [first.ingest_time];
  let rows = first.rows_max;
  for (const batch of others) {
    rows += batch.rows_max;
    if (rows > rows_max) break;
    ingest_times.push(batch.ingest_time);
  }
  return { day: first.day, ingest_times };
}

async function readMessages(client: Client, mark: Mark): Promise<EmbedRow[]> {
  const rows = await readDay(
    client,
    mark,
    `WITH waiting AS (
      SELECT *, IF(ARRAY_LENGTH(input_messages) > 0, ARRAY_LAST(input_messages), NULL) AS last_message
      FROM spans
      WHERE start_time >= TIMESTAMP_MICROS(@from_us) AND start_time < TIMESTAMP_MICROS(@to_us)
        AND UNIX_MICROS(ingest_time) IN UNNEST(@ingest_times)
        AND is_leaf AND operation IN ('chat', 'generate_content', 'text_completion')
      QUALIFY ROW_NUMBER() OVER (PARTITION BY tenant, trace_id, span_id ORDER BY ingest_time) = 1
    ),
    asked AS (
      SELECT tenant, message_hash, text
      FROM messages
      WHERE first_time >= TIMESTAMP_MICROS(@from_us) AND first_time < TIMESTAMP_MICROS(@to_us)
        AND role = 'user' AND text <> ''
      QUALIFY ROW_NUMBER() OVER (PARTITION BY tenant, message_hash ORDER BY ingest_time) = 1
    )
    SELECT waiting.tenant, trace_id, span_id, conversation_id, UNIX_MICROS(start_time) AS time,
      message_hash AS text_hash, text, ${slice_columns.join(', ')}
    FROM waiting JOIN asked ON asked.tenant = waiting.tenant AND asked.message_hash = waiting.last_message
    ORDER BY ingest_time, trace_id, span_id`,
  );
  return rows.map(toEmbedRow);
}

async function readEmbeddings(client: Client, mark: Mark): Promise<QueueRow<'sketch'>[]> {
  const rows = await readDay(
    client,
    mark,
    `SELECT tenant, trace_id, span_id, conversation_id, feature, slices, UNIX_MICROS(time) AS time, encoder,
      dimension, vector, text_hash
    FROM embeddings
    WHERE time >= TIMESTAMP_MICROS(@from_us) AND time < TIMESTAMP_MICROS(@to_us)
      AND UNIX_MICROS(ingest_time) IN UNNEST(@ingest_times)
    ORDER BY ingest_time, trace_id, span_id`,
  );
  return rows as unknown as QueueRow<'sketch'>[];
}

function readDay(client: Client, { day, ingest_times }: Mark, text: string): Promise<Row[]> {
  return client.query({
    text,
    parameters: { ...boundsOf(day), ingest_times },
    types: { from_us: 'INT64', to_us: 'INT64', ingest_times: ['INT64'] },
  });
}
