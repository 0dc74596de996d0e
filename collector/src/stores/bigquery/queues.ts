import { tool_arguments_key } from '../measured.ts';
import { everything, isFollowed, ofSubjects, selectRows } from '../selection.ts';
import type { QueueName, QueueResult, Row, Taking, Work } from '../store.ts';
import { countDays, type StoreParts } from './append.ts';
import type { Client } from './client.ts';
import { boundsOf } from './days.ts';
import { insertRows } from './insert-rows.ts';
import { queueSources } from './queue-sources.ts';
import type { Mark, State } from './state.ts';
import { identify, keyOf, storedKeys } from './stored-keys.ts';

// A query names each batch it reads; small batches are taken together, but not without end.
const batches_max = 200;
/** Batches worked off before in which conversations are looked for: those of some hours of steady traffic. */
const earlier_batches_max = 5_000;

/** Work that was begun to be answered comes first and unchanged, so that its answers are stored once. */
export async function takeWork<Name extends QueueName>(
  { client, state }: StoreParts,
  { queue, rows_max, before_us = Number.MAX_SAFE_INTEGER, selection = everything }: Taking<Name>,
): Promise<Work<Name> | null> {
  const next = () => nextMark(state, { queue, rows_max, before_us });
  for (let mark = next(); mark; mark = next()) {
    const { rows, earlier, toRow } = queueSources[queue];
    const portion = await readDay(client, mark, { queue, text: rows });
    if (portion.length > 0) {
      const work = { queue, mark: JSON.stringify(mark) };
      const wanted = selectRows(portion, { mark: work.mark, selection });
      const before =
        earlier !== null && wanted.some(isFollowed) ? await readBefore(client, state, { queue, mark }) : [];
      const left_out = portion.length - wanted.length;
      const rows_before = ofSubjects(wanted, before).map(toRow);
      return { ...work, rows: wanted.map(toRow), left_out, earlier: rows_before } as unknown as Work<Name>;
    }
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

interface Wanted {
  readonly queue: QueueName;
  readonly rows_max: number;
  readonly before_us: number;
}

function nextMark(state: State, { queue, rows_max, before_us }: Wanted): Mark | null {
  const begun = state.begunAnswer(queue);
  if (begun) return JSON.parse(begun.mark) as Mark;
  const [first, ...others] = state.oldestBatches(queue, { limit: batches_max, before_us });
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

interface Reading {
  readonly queue: QueueName;
  readonly text: string;
  readonly earlier_times?: readonly number[];
}

function readDay(
  client: Client,
  { day, ingest_times }: Mark,
  { queue, text, earlier_times }: Reading,
): Promise<Row[]> {
  return client.query({
    text,
    parameters: {
      ...boundsOf(day),
      ingest_times,
      ...(queue === 'measure' && { arguments_key: tool_arguments_key }),
      ...(earlier_times && { earlier_times }),
    },
    types: {
      ...{ from_us: 'INT64', to_us: 'INT64', ingest_times: ['INT64'] },
      ...(queue === 'measure' && { arguments_key: 'STRING' }),
      ...(earlier_times && { earlier_times: ['INT64'] }),
    },
  });
}

/** Looks in the batches of this collector alone: others have fits of their own, and what they measured is theirs. */
async function readBefore(
  client: Client,
  state: State,
  { queue, mark }: { readonly queue: QueueName; readonly mark: Mark },
): Promise<Row[]> {
  const earlier_times = state.finishedBatches(queue, { day: mark.day, limit: earlier_batches_max });
  if (earlier_times.length === 0) return [];
  return await readDay(client, mark, { queue, text: queueSources[queue].earlier as string, earlier_times });
}
