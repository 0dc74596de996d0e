import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openBigQueryStore } from '../../../../collector/src/stores/bigquery/store.ts';
import type { NewRow } from '../../../../collector/src/stores/schema.ts';
import type { RecordRows, Store } from '../../../../collector/src/stores/store.ts';
import { rowsOf, valuesOf } from '../../../contracts/store/harness.ts';
import { bare, modelCall, noon_us, recordAt, sketchRow, spanRow } from '../../../contracts/store/rows.ts';
import { type FakeBigQuery, type Fault, startFakeBigQuery } from '../../../fakes/bigquery/server.ts';

const insert = /insertAll$/;
const unavailable: Fault = { kind: 'status', status: 503, reason: 'backendError' };
const missing: Fault = { kind: 'status', status: 404, reason: 'notFound', message: 'Not found: Table spans' };
const attempts_max = 3;

let fake: FakeBigQuery;
let control: DatabaseSync;
let store: Store;
let refusals: { table: string; reason: string }[];

beforeEach(async () => {
  fake = await startFakeBigQuery({ page_rows_max: 50 });
  control = new DatabaseSync(':memory:');
  refusals = [];
  store = await open();
});
afterEach(() => fake.close());

function open(asked = fake, state = control): Promise<Store> {
  return openBigQueryStore({
    project: 'test',
    dataset: 'sextant',
    endpoint: asked.url,
    control: state,
    query_timeout_ms: 10_000,
    retries: { attempts_max, pause_ms: 1 },
    log: {
      info: () => undefined,
      warn: () => undefined,
      error: (details) => refusals.push(details as { table: string; reason: string }),
    },
  });
}

/** A BigQuery with the tables of a version that did not know these columns of spans. */
async function startEarlier(unknown: readonly string[]): Promise<FakeBigQuery> {
  const earlier = await startFakeBigQuery();
  const post = (path: string, body: object) =>
    fetch(`${earlier.url}/bigquery/v2/projects/test/datasets${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
  await post('', { datasetReference: { datasetId: 'sextant' } });
  for (const table of fake.tables.values()) {
    const is_spans = table.tableReference.tableId === 'spans';
    const fields = table.schema.fields.filter(({ name }) => !is_spans || !unknown.includes(name));
    await post('/sextant/tables', { ...table, schema: { fields } });
  }
  return earlier;
}

function spansAt(offset: number, count: number, fields: Partial<NewRow<'spans'>> = {}): RecordRows {
  return recordAt(
    offset,
    ...Array.from({ length: count }, (_, index) => bare(spanRow(offset + index, fields))),
  );
}

const names = () => valuesOf(store, 'spans', 'name');
const inserts = () => fake.requests.filter((request) => insert.test(request));

describe('opening', () => {
  test('creates the dataset and the tables once', async () => {
    expect([...fake.tables.keys()]).toContain('sextant.spans');
    const before = fake.requests.filter((request) => request.startsWith('POST')).length;
    await open();
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toHaveLength(before);
    expect(fake.tables.get('sextant.spans')).toMatchObject({
      timePartitioning: { field: 'start_time' },
      clustering: { fields: ['service', 'operation', 'request_model', 'trace_id'] },
      requirePartitionFilter: true,
    });
  });

  test('does not mind that another collector creates at the same time', async () => {
    fake.fail(/^GET \/datasets\/sextant\/tables$/, { kind: 'status', status: 503, reason: 'backendError' });
    fake.fail(/^POST \/datasets$/, { kind: 'lost_answer' });
    await Promise.all([open(), open()]);
    const fresh = await startFakeBigQuery();
    const endpoint = fresh.url;
    fresh.fail(/^POST \/datasets/, { kind: 'lost_answer' }, { kind: 'lost_answer' });
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const options = { project: 'test', dataset: 'new', endpoint, control, query_timeout_ms: 10_000, log };
    await openBigQueryStore({ ...options, retries: { attempts_max, pause_ms: 1 } });
    expect(fresh.tables.size).toBe(fake.tables.size);
    await fresh.close();
  });

  test('adds the columns that tables of an earlier version lack, and writes to them', async () => {
    const missing = ['user_segment', 'input_messages', 'is_leaf'];
    const earlier = await startEarlier(missing);
    onTestFinished(() => earlier.close());
    const patches = () => earlier.requests.filter((request) => request.startsWith('PATCH'));
    const upgraded = await open(earlier, new DatabaseSync(':memory:'));
    expect(patches()).toEqual(['PATCH /datasets/sextant/tables/spans']);
    const { fields = [] } = earlier.tables.get('sextant.spans')?.schema ?? {};
    const modes = new Map(fields.map(({ name, mode }) => [name, mode]));
    expect(modes.size).toBe(fake.tables.get('sextant.spans')?.schema.fields.length);
    expect(missing.map((name) => modes.get(name))).toEqual(['NULLABLE', 'REPEATED', 'NULLABLE']);
    const row = { user_segment: 'new', input_messages: ['a'], is_leaf: true };
    await upgraded.append({ records: [spansAt(100, 1, row)] });
    expect(await rowsOf(upgraded, 'spans')).toMatchObject([row]);
    await open(earlier, new DatabaseSync(':memory:'));
    expect(patches()).toHaveLength(1);
  });

  test('says that BigQuery is not there', async () => {
    fake.fail(/./, ...Array.from({ length: attempts_max }, () => unavailable));
    await expect(open()).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('says so at once when it is not allowed', async () => {
    const before = fake.requests.length;
    fake.fail(/./, { kind: 'status', status: 403, reason: 'accessDenied', message: 'Access Denied' });
    await expect(open()).rejects.toThrow(/Access Denied/);
    expect(fake.requests).toHaveLength(before + 1);
  });
});

describe('a fault that passes', () => {
  test.each<[string, Fault]>([
    ['503', unavailable],
    ['500', { kind: 'status', status: 500, reason: 'internalError' }],
    ['429', { kind: 'status', status: 429, reason: 'rateLimitExceeded' }],
    ['403 rateLimitExceeded', { kind: 'status', status: 403, reason: 'rateLimitExceeded' }],
    ['a table that is not there yet', missing],
    ['a broken connection', { kind: 'drop' }],
    ['an answer that is lost', { kind: 'lost_answer' }],
  ])('%s while inserting: every row is stored once', async (_, fault) => {
    fake.fail(insert, fault, fault);
    await store.append({ records: [spansAt(100, 3)] });
    expect(await names()).toEqual(['span 100', 'span 101', 'span 102']);
    expect(refusals).toEqual([]);
  });

  test.each<[string, Fault]>([
    ['503', unavailable],
    ['a broken connection', { kind: 'drop' }],
  ])('%s while asking: the answer comes', async (_, fault) => {
    await store.append({ records: [spansAt(100, 1)] });
    fake.fail(/^POST \/jobs$/, fault);
    fake.fail(/^GET \/queries/, fault);
    expect(await store.query('facets', { tenant: 'default', from_us: null, to_us: null })).toEqual([]);
  });

  test('a column of which streaming has not heard yet: every row is stored once', async () => {
    const unheard = {
      kind: 'rows',
      places: [0, 1],
      reason: 'invalid',
      message: 'no such field: user_segment.',
    } as const;
    fake.fail(insert, unheard, unheard);
    await store.append({ records: [spansAt(100, 3)] });
    expect(await names()).toEqual(['span 100', 'span 101', 'span 102']);
    expect(refusals).toEqual([]);
  });

  test('rows that were stopped by another are sent again', async () => {
    fake.fail(insert, { kind: 'rows', places: [0, 2], reason: 'backendError' });
    fake.fail(insert, { kind: 'rows', places: [1], reason: 'timeout' });
    await store.append({ records: [spansAt(100, 3)] });
    expect(await names()).toEqual(['span 100', 'span 101', 'span 102']);
    expect(refusals).toEqual([]);
  });
});

describe('a fault that lasts', () => {
  const long = Array.from({ length: attempts_max }, () => unavailable);

  test('rejects the batch, which can be repeated', async () => {
    fake.fail(insert, ...long);
    const records = [spansAt(100, 3)];
    await expect(store.append({ records })).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(await store.position()).toBeNull();
    expect(await store.append({ records })).toEqual({ stored: 3, duplicated: 0 });
    expect(await store.position()).toEqual({ segment: 1, offset: 100 });
  });

  test.each([0, 1, 2, 3, 4])(
    'after %i requests of a batch: the repeated batch is stored once',
    async (requests) => {
      const calls = [1, 2, 3].map((number) => modelCall(number, { question: 'the same question' }));
      const records = [
        recordAt(100, ...calls),
        recordAt(200, ...Array.from({ length: 600 }, (_, index) => bare(spanRow(10 + index)))),
      ];
      const order = ['messages', 'versions', 'embeddings', 'cost_lines', 'spans'];
      fake.fail(new RegExp(`/${order[requests]}/insertAll$`), ...long);
      await expect(store.append({ records })).rejects.toMatchObject({ code: 'store_unavailable' });
      fake.forgetInsertIds();
      store = await open();
      expect((await store.append({ records })).stored).toBe(603);
      expect(await rowsOf(store, 'spans')).toHaveLength(603);
      expect(await rowsOf(store, 'messages')).toHaveLength(4);
      expect(await rowsOf(store, 'versions')).toHaveLength(1);
      expect(await rowsOf(store, 'embeddings')).toHaveLength(3);
      expect(await rowsOf(store, 'cost_lines')).toHaveLength(3);
      // Rows of both attempts reach the queues.
      const taken = [];
      for (let work = await store.take('sketch', 100); work; work = await store.take('sketch', 100)) {
        taken.push(...work.rows.map((row) => row.span_id));
        await store.finish(work, []);
      }
      expect(taken.sort()).toEqual(calls.map(({ span }) => span.span_id));
    },
  );

  test('in the second request of many spans: the first are found, the others stored', async () => {
    const records = [spansAt(100, 1_200)];
    fake.fail(insert, { kind: 'rows', places: [], reason: '' }, ...long);
    await expect(store.append({ records })).rejects.toThrow();
    expect(await rowsOf(store, 'spans')).toHaveLength(500);
    fake.forgetInsertIds();
    expect(await store.append({ records })).toEqual({ stored: 700, duplicated: 500 });
    expect(await rowsOf(store, 'spans')).toHaveLength(1_200);
  });

  test('while answers are stored: finishing again, also after a crash, stores them once', async () => {
    await store.append({ records: [recordAt(100, modelCall(1)), recordAt(200, modelCall(2))] });
    const work = await store.take('sketch', 10);
    if (!work) throw new Error('There should be work.');
    const sketches = Array.from({ length: 700 }, (_, index) =>
      sketchRow({ minute: noon_us + index * 60_000_000 }),
    );
    fake.fail(insert, { kind: 'rows', places: [], reason: '' }, ...long);
    await expect(store.finish(work, sketches)).rejects.toMatchObject({ code: 'store_unavailable' });
    fake.forgetInsertIds();
    store = await open();
    // The work that was begun comes back as it was, whatever arrived and however little is asked for.
    await store.append({ records: [recordAt(300, modelCall(3))] });
    expect(await store.take('sketch', 1)).toEqual(work);
    await store.finish(work, sketches);
    await store.finish(work, sketches);
    expect(await rowsOf(store, 'sketches')).toHaveLength(700);
    expect((await store.take('sketch', 10))?.rows).toHaveLength(1);
  });
});

describe('what BigQuery will never take', () => {
  test('a row out of bounds is reported; the others are stored', async () => {
    const spans = [1, 2, 3].map((number) => bare(spanRow(number, number === 2 ? { start_time: 0 } : {})));
    expect((await store.append({ records: [recordAt(100, ...spans)] })).stored).toBe(3);
    expect(await names()).toEqual(['span 1', 'span 3']);
    expect(refusals).toEqual([
      {
        table: 'spans',
        reason: expect.stringContaining('outside the allowed bounds'),
        tenant: 'default',
        trace_id: spanRow(2).trace_id,
        span_id: spanRow(2).span_id,
      },
    ]);
    expect(await store.position()).toEqual({ segment: 1, offset: 100 });
  });

  test('many such rows end too', async () => {
    const spans = Array.from({ length: 30 }, (_, index) =>
      bare(spanRow(index, index % 2 ? { start_time: index } : {})),
    );
    await store.append({ records: [recordAt(100, ...spans)] });
    expect(await names()).toHaveLength(15);
    expect(refusals).toHaveLength(15);
  });

  test('a row that is too large is reported; the others are stored', async () => {
    const large = 'x'.repeat(11_000_000);
    const spans = [1, 2, 3].map((number) =>
      bare(spanRow(number, number === 2 ? { attributes: JSON.stringify({ large }) } : {})),
    );
    await store.append({ records: [recordAt(100, ...spans)] });
    expect(await names()).toEqual(['span 1', 'span 3']);
    expect(refusals).toMatchObject([{ table: 'spans' }]);
  });

  test('a request that is too large is cut', async () => {
    fake.fail(insert, { kind: 'status', status: 413, reason: 'requestTooLarge' });
    await store.append({ records: [spansAt(100, 5)] });
    expect(await names()).toHaveLength(5);
    expect(inserts()).toHaveLength(3);
    expect(refusals).toEqual([]);
  });
});

describe('requests', () => {
  test('hold at most 500 rows and 5 MB', async () => {
    await store.append({ records: [spansAt(100, 1_001)] });
    expect(inserts()).toHaveLength(3);
    const attributes = JSON.stringify({ text: 'x'.repeat(1_500_000) });
    await store.append({ records: [spansAt(2_000, 7, { attributes })] });
    expect(inserts()).toHaveLength(3 + 3);
  });

  test('results of many pages come whole', async () => {
    await store.append({ records: [spansAt(100, 170, { trace_id: spanRow(1).trace_id })] });
    const outline = await store.query('trace', { tenant: 'default', trace_id: spanRow(1).trace_id });
    expect(outline).toHaveLength(170);
    const statement = "SELECT span_id FROM spans WHERE start_time >= '2025-01-01'";
    const some = await store.sql(statement, { tenant: 'default', rows_max: 120, timeout_ms: 10_000 });
    expect(some).toMatchObject({ truncated: true });
    expect(some.rows).toHaveLength(120);
  });

  test('rows that streaming stored twice are shown once', async () => {
    fake.fail(insert, ...Array.from({ length: 5 }, (): Fault => ({ kind: 'stored_twice' })));
    const call = modelCall(1);
    await store.append({ records: [recordAt(100, call)] });
    expect(await rowsOf(store, 'spans')).toHaveLength(2);
    const { tenant, trace_id } = call.span;
    const hashes = call.messages.map((row) => row.message_hash);
    expect(await store.query('trace', { tenant, trace_id })).toHaveLength(1);
    expect(await store.query('messages', { tenant, hashes })).toHaveLength(2);
    expect(await store.query('traces', { tenant, limit: 10 })).toMatchObject([
      { span_count: 1, input_tokens: 10, cost_usd: 0.25 },
    ]);
    expect(await store.query('timeline', { tenant, step_us: 1 })).toMatchObject([
      { spans: 1, output_tokens: 5 },
    ]);
    expect((await store.take('embed', 10))?.rows).toHaveLength(1);
    expect(await store.erase({ tenant, trace_id })).toMatchObject({ spans: 2 });
    expect(await rowsOf(store, 'messages')).toEqual([]);
  });
});

test('other datasets and the catalogue cannot be read', async () => {
  const limits = { tenant: 'default', rows_max: 10, timeout_ms: 10_000 };
  for (const statement of [
    'SELECT * FROM sextant.INFORMATION_SCHEMA.TABLES',
    "SELECT * FROM EXTERNAL_QUERY('connection', 'SELECT 1')",
    'SELECT * FROM `other`.`spans`',
    "SELECT * FROM sextant.spans WHERE start_time >= '2025-01-01'",
    "SELECT name FROM `test.sextant.spans` WHERE start_time >= '2025-01-01'",
    "WITH a AS (SELECT * FROM spans) SELECT a.name FROM a, sextant.spans b WHERE b.start_time >= '2025-01-01'",
    "SELECT 1) UNION ALL (SELECT name FROM sextant.spans WHERE start_time >= '2025-01-01'",
    'SELECT 1); DROP TABLE sextant.spans; (SELECT 1',
    'SELECT name FROM spans',
  ])
    await expect(store.sql(statement, limits)).rejects.toMatchObject({ code: 'bad_sql' });
});

test('erasing rows that were just streamed is refused until BigQuery can', async () => {
  await store.append({ records: [recordAt(100, modelCall(1, { user_id: 'ada' }))] });
  const message =
    'UPDATE or DELETE statement over table spans would affect rows in the streaming buffer, which is not supported';
  fake.fail(
    /^POST \/jobs$/,
    { kind: 'rows', places: [], reason: '' },
    { kind: 'status', status: 400, reason: 'invalidQuery', message },
  );
  await expect(store.erase({ tenant: 'default', user_id: 'ada' })).rejects.toThrow(/streaming buffer/);
  expect(await store.erase({ tenant: 'default', user_id: 'ada' })).toMatchObject({ spans: 1 });
  expect(await rowsOf(store, 'messages')).toEqual([]);
});
