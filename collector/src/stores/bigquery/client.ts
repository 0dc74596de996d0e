import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery, Job } from '@google-cloud/bigquery';
import { SextantError } from '../../errors.ts';
import type { TableName } from '../schema.ts';
import type { QueryValue, Row } from '../store.ts';
import { isMissing, isPassing, unavailable } from './errors.ts';
import { type ResultField, toRow } from './values.ts';

export interface ClientOptions {
  readonly project: string;
  readonly dataset: string;
  /** Address of another BigQuery API, such as an emulator; asked without credentials. */
  readonly endpoint?: string | null;
  readonly retries: Retries;
}

/** A failed call is repeated after pauses that double. */
export interface Retries {
  readonly attempts_max: number;
  readonly pause_ms: number;
}

export interface Statement {
  readonly text: string;
  /** Lists and numbers by type: a null or an empty list does not tell its own. */
  readonly parameters: Readonly<Record<string, QueryValue | readonly number[]>>;
  readonly types: Readonly<Record<string, string | readonly string[]>>;
  readonly timeout_ms?: number;
  readonly signal?: AbortSignal | undefined;
}

// Statements nobody waits for may take their time: BigQuery queues them when it is busy.
const default_timeout_ms = 120_000;

/** An element of an insert as the REST interface takes it. */
export interface InsertRow {
  readonly insertId?: string;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface Client {
  readonly bigquery: BigQuery;
  readonly dataset: string;
  /** Repeats a call while its failure looks like a passing one, a table that is not there yet included. */
  retry<T>(call: () => Promise<T>): Promise<T>;
  /** Runs a statement of ours on the tables of the dataset. */
  query(statement: Statement): Promise<Row[]>;
  /** Sends one insert request as it is; refused rows come as the client's PartialFailureError. */
  insert(table: TableName, rows: readonly InsertRow[]): Promise<void>;
}

/** @throws SextantError bad_request when the client library is not installed */
export async function connect(options: ClientOptions): Promise<Client> {
  const { BigQuery: Constructor } = await load();
  const bigquery = new Constructor({
    projectId: options.project,
    ...(options.endpoint ? { apiEndpoint: options.endpoint } : {}),
    // Retrying in one place, here, where a missing table counts as passing.
    retryOptions: { autoRetry: false },
  });
  const defaultDataset = { projectId: options.project, datasetId: options.dataset };
  const retry = <T>(call: () => Promise<T>) => retryPassing(call, options.retries);
  return {
    bigquery,
    dataset: options.dataset,
    retry,
    query: (statement) =>
      retry(async () => {
        const limits = { timeout_ms: statement.timeout_ms ?? default_timeout_ms, signal: statement.signal };
        const { fields, rows } = await runJob(bigquery, {
          ...limits,
          configuration: { ...toRequest(statement), defaultDataset },
        });
        return rows.map((row) => toRow(fields, row));
      }),
    async insert(table, rows) {
      await bigquery
        .dataset(options.dataset)
        .table(table)
        .insert([...rows], { raw: true, partialRetries: 0 });
    },
  };
}

export interface JobRequest {
  readonly configuration: Readonly<Record<string, unknown>> & { readonly query: string };
  readonly timeout_ms: number;
  readonly signal?: AbortSignal | undefined;
  readonly rows_max?: number;
}

export interface JobResult {
  readonly fields: readonly ResultField[];
  readonly rows: readonly Row[];
}

/**
 * Runs a query job and reads its rows. The job is cancelled when the time is over or the
 * signal fires.
 * @throws SextantError timed_out
 */
export async function runJob(bigquery: BigQuery, request: JobRequest): Promise<JobResult> {
  const deadline = AbortSignal.timeout(request.timeout_ms);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  const timedOut = (cause?: unknown) =>
    new SextantError('timed_out', `The limit is ${request.timeout_ms} ms.`, { cause });
  if (signal.aborted) throw timedOut();
  const [job] = await bigquery.createQueryJob({ ...request.configuration, jobTimeoutMs: request.timeout_ms });
  const stopped = Promise.withResolvers<never>();
  const stop = () => {
    // A job that could not be cancelled ends at its own timeout.
    job.cancel().then(
      () => stopped.reject(timedOut()),
      (cause: unknown) => stopped.reject(timedOut(cause)),
    );
  };
  signal.addEventListener('abort', stop);
  // It may have fired while the job was being created.
  if (signal.aborted) stop();
  try {
    return await Promise.race([readResult(job, request.rows_max), stopped.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function readResult(job: Job, rows_max = Number.POSITIVE_INFINITY): Promise<JobResult> {
  const rows: Row[] = [];
  let fields: readonly ResultField[] = [];
  let next: object | null = {};
  while (next && rows.length < rows_max) {
    const page = await readPage(
      job,
      Number.isFinite(rows_max) ? { ...next, maxResults: rows_max - rows.length } : next,
    );
    fields = page.fields ?? fields;
    rows.push(...page.rows);
    next = page.next;
  }
  return { fields, rows };
}

interface Page {
  readonly fields: readonly ResultField[] | undefined;
  readonly rows: readonly Row[];
  /** What to ask for to get the next page, or the same one while the job is running. */
  readonly next: object | null;
}

// The client's types leave out that a page comes with the response.
async function readPage(job: Job, options: object): Promise<Page> {
  const answer: readonly unknown[] = await job.getQueryResults({
    ...options,
    autoPaginate: false,
    wrapIntegers: true,
  });
  const [rows, next, response] = answer as [Row[], object | null, { schema?: { fields?: ResultField[] } }];
  return { rows, next, fields: response.schema?.fields };
}

function toRequest({ text, parameters, types }: Statement) {
  const entries = Object.keys(types).map((name) => [
    name,
    toParameter(parameters[name] ?? null, types[name]),
  ]);
  return { query: text, params: Object.fromEntries(entries), types: { ...types } };
}

// Numbers go as text: some servers read JSON strictly, and the interface says text.
function toParameter(value: QueryValue | readonly number[], type: unknown): unknown {
  if (Array.isArray(type))
    return ((value ?? []) as readonly unknown[]).map((element) => String(element).toWellFormed());
  return value === null ? null : String(value).toWellFormed();
}

async function load(): Promise<typeof import('@google-cloud/bigquery')> {
  try {
    return await import('@google-cloud/bigquery');
  } catch (cause) {
    const hint = 'The BigQuery store needs its client: npm install @google-cloud/bigquery';
    throw new SextantError('bad_request', hint, { cause });
  }
}

async function retryPassing<T>(call: () => Promise<T>, { attempts_max, pause_ms }: Retries): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (error instanceof SextantError) throw error;
      if (attempt >= attempts_max || !(isPassing(error) || isMissing(error))) throw unavailable(error);
      // Between half and the whole pause, so that several collectors do not come back together.
      await sleep(pause_ms * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}
