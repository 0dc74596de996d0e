import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Database, type QueryParameter, type Result, type TableResource } from './database.ts';
import { ApiError, notFound } from './errors.ts';
import { checkRow, type InsertAllRow, type RowError } from './insert-all.ts';

/** What goes wrong with a request before it is looked at, or after it was done. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly reason: string; readonly message?: string }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'drop' }
  /** All is done, but the answer never arrives. */
  | { readonly kind: 'lost_answer' }
  /** The rows of an insert are stored twice, as streaming may do. */
  | { readonly kind: 'stored_twice' }
  /** Rows of an insert are refused, by their place in the request; nothing is stored. */
  | {
      readonly kind: 'rows';
      readonly places: readonly number[];
      readonly reason: string;
      readonly message?: string;
    };

export interface FakeBigQuery {
  readonly url: string;
  /** Every request, as "METHOD path" without the project. */
  readonly requests: string[];
  readonly tables: ReadonlyMap<string, TableResource>;
  /** Faults of the next requests whose "METHOD path" matches; each is used once, in order. */
  fail(matching: RegExp, ...faults: Fault[]): void;
  /** As after the minute for which BigQuery remembers them. */
  forgetInsertIds(): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  /** Most rows in one page of results. */
  readonly page_rows_max?: number;
}

const body_bytes_max = 10_000_000;

/** BigQuery's REST interface as far as the real client uses it for us, over DuckDB. */
export async function startFakeBigQuery({ page_rows_max = 1_000 }: FakeOptions = {}): Promise<FakeBigQuery> {
  const tables = new Map<string, TableResource>();
  const database = await Database.open(() => [...tables.values()]);
  const faults: { matching: RegExp; fault: Fault }[] = [];
  const requests: string[] = [];
  const context: Context = {
    database,
    tables,
    datasets: new Set(),
    insert_ids: new Set(),
    jobs: new Map(),
    page_rows_max,
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const path = url.pathname.replace(/^\/bigquery\/v2\/projects\/[^/]+/, '');
    const name = `${request.method} ${path}`;
    requests.push(name);
    const index = faults.findIndex(({ matching }) => matching.test(name));
    const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
    void answer(context, { request, response, name, url, fault });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    tables,
    fail: (matching, ...added) => faults.push(...added.map((fault) => ({ matching, fault }))),
    forgetInsertIds: () => context.insert_ids.clear(),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const job of context.jobs.values()) {
        job.controller.abort();
        await job.done;
      }
      database.close();
    },
  };
}

interface Job {
  readonly controller: AbortController;
  readonly done: Promise<void>;
  readonly outcome: { result?: Result; error?: ApiError };
}

interface Context {
  readonly database: Database;
  readonly tables: Map<string, TableResource>;
  readonly datasets: Set<string>;
  readonly insert_ids: Set<string>;
  readonly jobs: Map<string, Job>;
  readonly page_rows_max: number;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly name: string;
  readonly url: URL;
  readonly fault: Fault | undefined;
}

async function answer(context: Context, { request, response, name, url, fault }: Exchange): Promise<void> {
  try {
    const body = await readBody(request);
    if (fault?.kind === 'drop') return void request.socket.destroy();
    if (fault?.kind === 'status')
      throw new ApiError(fault.status, fault.reason, fault.message ?? 'A fault was asked for');
    const result = await route(context, { name, body, query: url.searchParams, fault });
    if (fault?.kind === 'lost_answer') return void request.socket.destroy();
    send(response, 200, result);
  } catch (error) {
    const failure = error instanceof ApiError ? error : new ApiError(500, 'internalError', String(error));
    send(response, failure.status, failure.toJSON());
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  if (bytes.length > body_bytes_max) throw new ApiError(413, 'requestTooLarge', 'Request Entity Too Large');
  return bytes.length === 0 ? {} : (JSON.parse(bytes.toString('utf8')) as Body);
}

type Body = Readonly<Record<string, unknown>>;

interface Call {
  readonly name: string;
  readonly body: Body;
  readonly query: URLSearchParams;
  readonly fault: Fault | undefined;
}

type Handler = (context: Context, call: Call, ...ids: string[]) => Promise<object>;

const routes: readonly [RegExp, Handler][] = [
  [/^GET \/datasets\/([^/]+)$/, getDataset],
  [/^POST \/datasets$/, createDataset],
  [/^GET \/datasets\/([^/]+)\/tables$/, listTables],
  [/^POST \/datasets\/([^/]+)\/tables$/, createTable],
  [/^GET \/datasets\/([^/]+)\/tables\/([^/]+)$/, getTable],
  [/^PATCH \/datasets\/([^/]+)\/tables\/([^/]+)$/, patchTable],
  [/^POST \/datasets\/([^/]+)\/tables\/([^/]+)\/insertAll$/, insertAll],
  [/^POST \/jobs$/, createJob],
  [/^POST \/jobs\/([^/]+)\/cancel$/, cancelJob],
  [/^GET \/queries\/([^/]+)$/, getQueryResults],
];

async function route(context: Context, call: Call): Promise<object> {
  for (const [pattern, handler] of routes) {
    const match = pattern.exec(call.name);
    if (match) return await handler(context, call, ...match.slice(1).map(decodeURIComponent));
  }
  throw notFound(`the route ${call.name} in this fake`);
}

async function getDataset({ datasets }: Context, _call: Call, dataset: string): Promise<object> {
  if (!datasets.has(dataset)) throw notFound(`Dataset ${dataset}`);
  return { kind: 'bigquery#dataset', datasetReference: { datasetId: dataset } };
}

async function createDataset({ datasets, database }: Context, { body }: Call): Promise<object> {
  const { datasetId } = body['datasetReference'] as { datasetId: string };
  if (datasets.has(datasetId)) throw new ApiError(409, 'duplicate', `Already Exists: Dataset ${datasetId}`);
  datasets.add(datasetId);
  await database.createDataset(datasetId);
  return body;
}

async function listTables({ tables }: Context, _call: Call, dataset: string): Promise<object> {
  const of_dataset = [...tables.values()].filter(
    ({ tableReference }) => tableReference.datasetId === dataset,
  );
  return { tables: of_dataset.map(({ tableReference }) => ({ tableReference, id: tableReference.tableId })) };
}

async function createTable(
  { tables, datasets, database }: Context,
  { body }: Call,
  dataset: string,
): Promise<object> {
  const table = body as unknown as TableResource;
  const key = `${dataset}.${table.tableReference.tableId}`;
  if (!datasets.has(dataset)) throw notFound(`Dataset ${dataset}`);
  if (tables.has(key)) throw new ApiError(409, 'duplicate', `Already Exists: Table ${key}`);
  tables.set(key, table);
  await database.createTable(table);
  return body;
}

async function getTable({ tables }: Context, _call: Call, dataset: string, name: string): Promise<object> {
  const table = tables.get(`${dataset}.${name}`);
  if (!table) throw notFound(`Table ${dataset}.${name}`);
  return table;
}

/** Columns can be added, and none of them required; nothing else of a schema can be changed here. */
async function patchTable(
  { tables, database }: Context,
  { body }: Call,
  dataset: string,
  name: string,
): Promise<object> {
  const key = `${dataset}.${name}`;
  const table = tables.get(key);
  if (!table) throw notFound(`Table ${key}`);
  const { fields } = body['schema'] as TableResource['schema'];
  const before = table.schema.fields;
  const added = fields.slice(before.length);
  if (JSON.stringify(fields.slice(0, before.length)) !== JSON.stringify(before))
    throw new ApiError(400, 'invalid', `Provided Schema does not match Table ${key}.`);
  if (added.some(({ mode }) => mode === 'REQUIRED'))
    throw new ApiError(400, 'invalid', 'Cannot add required fields to an existing schema.');
  const changed = { ...table, schema: { fields } };
  await database.addColumns(table, added);
  tables.set(key, changed);
  return changed;
}

async function insertAll(
  context: Context,
  { body, fault }: Call,
  dataset: string,
  name: string,
): Promise<object> {
  const key = `${dataset}.${name}`;
  const table = context.tables.get(key);
  if (!table) throw notFound(`Table ${key}`);
  const rows = body['rows'] as InsertAllRow[];
  const asked = fault?.kind === 'rows' ? fault : null;
  const errors = rows.map((row, index): RowError | null =>
    asked?.places.includes(index)
      ? { reason: asked.reason, message: asked.message ?? 'A fault was asked for' }
      : checkRow(table, row),
  );
  if (errors.some((error) => error !== null)) {
    // One bad row stops the others.
    const stopped: RowError = { reason: 'stopped', message: '' };
    return { insertErrors: errors.map((error, index) => ({ index, errors: [error ?? stopped] })) };
  }
  const fresh = rows.filter(
    ({ insertId }) => insertId === undefined || remember(context, `${key} ${insertId}`),
  );
  const json = fresh.map((row) => row.json);
  if (json.length > 0) await context.database.insert(table, json);
  if (json.length > 0 && fault?.kind === 'stored_twice') await context.database.insert(table, json);
  return { kind: 'bigquery#tableDataInsertAllResponse' };
}

function remember({ insert_ids }: Context, id: string): boolean {
  if (insert_ids.has(id)) return false;
  insert_ids.add(id);
  return true;
}

interface JobBody {
  readonly jobReference: { readonly jobId: string };
  readonly configuration: {
    readonly dryRun?: boolean;
    readonly query: {
      readonly query: string;
      readonly defaultDataset?: { readonly datasetId: string; readonly projectId: string };
      readonly queryParameters?: readonly QueryParameter[];
    };
  };
}

async function createJob({ database, jobs }: Context, { body }: Call): Promise<object> {
  const { jobReference, configuration } = body as unknown as JobBody;
  const { query, defaultDataset, queryParameters } = configuration.query;
  const request = { query, dataset: defaultDataset?.datasetId ?? null, parameters: queryParameters ?? [] };
  if (configuration.dryRun) {
    const { statement_type, tables } = await database.plan(request);
    const referencedTables = tables.map((table) => ({ ...table, projectId: 'test' }));
    const statistics = { query: { statementType: statement_type, referencedTables } };
    return { jobReference, configuration, statistics, status: { state: 'DONE' } };
  }
  const controller = new AbortController();
  const outcome: Job['outcome'] = {};
  const done = database.run(request, controller.signal).then(
    (result) => void Object.assign(outcome, { result }),
    (error: unknown) =>
      void Object.assign(outcome, {
        error: error instanceof ApiError ? error : new ApiError(500, 'jobInternalError', String(error)),
      }),
  );
  jobs.set(jobReference.jobId, { controller, outcome, done });
  return { jobReference, configuration, status: { state: 'RUNNING' } };
}

async function cancelJob({ jobs }: Context, _call: Call, id: string): Promise<object> {
  const job = jobs.get(id);
  if (!job) throw notFound(`Job ${id}`);
  job.controller.abort();
  return { job: { jobReference: { jobId: id } } };
}

async function getQueryResults(
  { jobs, page_rows_max }: Context,
  { query }: Call,
  id: string,
): Promise<object> {
  const job = jobs.get(id);
  if (!job) throw notFound(`Job ${id}`);
  if (query.get('formatOptions.useInt64Timestamp') !== 'true')
    throw new ApiError(400, 'invalid', 'This fake sends times as 64-bit integers only');
  const jobReference = { jobId: id };
  const poll = new Promise<void>((resolve) => setTimeout(resolve, 100));
  await Promise.race([job.done, poll]);
  const { result, error } = job.outcome;
  if (error) throw error;
  if (!result) return { jobReference, jobComplete: false };
  const start = Number(query.get('pageToken') ?? 0);
  const end = start + Math.min(Number(query.get('maxResults') ?? page_rows_max), page_rows_max);
  return {
    jobReference,
    jobComplete: true,
    schema: { fields: result.fields },
    totalRows: String(result.rows.length),
    rows: result.rows.slice(start, end),
    ...(end < result.rows.length ? { pageToken: String(end) } : {}),
    ...(result.changed === null ? {} : { numDmlAffectedRows: String(result.changed) }),
  };
}
