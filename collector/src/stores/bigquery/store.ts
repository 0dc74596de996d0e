import type { DatabaseSync } from 'node:sqlite';
import type { Log } from '../../log.ts';
import { guardClosed, serialise } from '../calls.ts';
import { loadQuery, type ParameterType } from '../queries.ts';
import type { QueryValue, Store } from '../store.ts';
import { WaitingAmendments } from './amendments.ts';
import { appendBatch } from './append.ts';
import { connect, type Retries, type Statement } from './client.ts';
import { createTables } from './create-tables.ts';
import { boundsOf, dayOf } from './days.ts';
import { eraseSpans, expireDays } from './erase.ts';
import { insertRows, type Refusal } from './insert-rows.ts';
import { finishWork, takeWork } from './queues.ts';
import { runSql } from './sql.ts';
import { State } from './state.ts';

export interface BigQueryOptions {
  readonly project: string;
  readonly dataset: string;
  /** Address of another BigQuery API, such as an emulator; asked without credentials. */
  readonly endpoint?: string | null;
  /** Small state of the collector: the position, which batches wait for work, and amendments for their spans. */
  readonly control: DatabaseSync;
  readonly query_timeout_ms: number;
  readonly log: Log;
  readonly retries?: Retries;
  /** Called for each row BigQuery will never take, so that it can be counted or kept elsewhere. */
  readonly onRefused?: (refusal: Refusal) => void;
}

const default_retries: Retries = { attempts_max: 6, pause_ms: 500 };

/**
 * Opens the store in BigQuery, and creates the dataset and the tables that are missing.
 *
 * Guaranteed: a batch whose promise resolved is in BigQuery, but for rows BigQuery refuses for good, which are
 * reported with their reason. Spans, messages and versions already there are found by asking before each insert,
 * so a repeated batch is stored once also after a crash.
 *
 * Not guaranteed: rows are streamed with `tabledata.insertAll`, whose insertId works for about a minute and as
 * best effort. A row whose insert was answered by nobody may appear after we asked for it, and is then stored
 * twice; the named queries read through duplicates of spans, messages and alerts. Log records and data points have
 * no identity to ask for: those of a batch that broke off and is repeated after that minute may be there twice. The
 * queues know only what this collector stored. Lists that are NULL and empty lists are the same to BigQuery and come
 * back as null.
 *
 * Rows that were streamed cannot be changed for up to ninety minutes. So what a log record says of its span is put
 * on spans of the same batch and on those that come within two days; a span that was stored before stays as it is.
 * What was said of it is in table `logs`, whose rows point to the messages.
 *
 * @throws SextantError bad_request when the client library is missing, store_unavailable when BigQuery is
 */
export async function openBigQueryStore(options: BigQueryOptions): Promise<Store> {
  const client = await connect({ ...options, retries: options.retries ?? default_retries });
  await createTables(client);
  const state = new State(options.control, () => Date.now() * 1000);
  const waiting = new WaitingAmendments(options.control);
  const onRefused = (refusal: Refusal) => {
    options.log.error(describeRefusal(refusal), 'BigQuery refuses a row');
    options.onRefused?.(refusal);
  };
  const parts = { client, state, waiting, onRefused };
  const write = serialise();
  const open = guardClosed();

  return {
    name: 'bigquery',
    append: (batch) => open(() => write(() => appendBatch(parts, batch))),
    position: () => open(async () => state.position()),
    insert: (table, rows) =>
      open(() =>
        write(() =>
          insertRows(
            { client, table, ingest_time: state.nextIngestTime(), onRefused },
            rows.map((row) => ({ row })),
          ),
        ),
      ),
    take: (queue, rows_max, take_options) =>
      open(() => write(() => takeWork(parts, { ...take_options, queue, rows_max }))),
    finish: (work, results) => open(() => write(() => finishWork(parts, work, results))),
    query: (name, parameters, query_options) =>
      open(() =>
        client.query({
          ...namedStatement(name, parameters),
          timeout_ms: options.query_timeout_ms,
          signal: query_options?.signal,
        }),
      ),
    sql: (statement, sql_options) =>
      open(() => runSql({ client, project: options.project }, statement, sql_options)),
    expire: (before_time_us) =>
      open(() =>
        write(async () => {
          const days = await expireDays(client, before_time_us);
          state.removeBatchesBefore(dayOf(before_time_us));
          waiting.removeBefore(boundsOf(dayOf(before_time_us)).from_us);
          return days;
        }),
      ),
    erase: (selector, erase_options) => open(() => write(() => eraseSpans(parts, selector, erase_options))),
    close: () => open(() => write(async () => open.close())),
  };
}

function namedStatement(name: string, parameters: Readonly<Record<string, QueryValue>>): Statement {
  const query = loadQuery('bigquery', name);
  const types = Object.entries(query.parameters).map(([key, type]) => [key, parameter_types[type]]);
  return { text: query.text, parameters, types: Object.fromEntries(types) };
}

// What names a row, without what people wrote.
const naming_columns: readonly string[] = [
  'tenant',
  'trace_id',
  'span_id',
  'message_hash',
  'alert_id',
  'score_id',
];

function describeRefusal({ table, reason, row }: Refusal): object {
  const named = naming_columns.flatMap((column) => (column in row ? [[column, row[column]]] : []));
  return { table, reason, ...Object.fromEntries(named) };
}

const parameter_types: Readonly<Record<ParameterType, string | readonly string[]>> = {
  text: 'STRING',
  integer: 'INT64',
  texts: ['STRING'],
};
