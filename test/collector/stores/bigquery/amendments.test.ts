import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WaitingAmendments } from '../../../../collector/src/stores/bigquery/amendments.ts';
import { openBigQueryStore } from '../../../../collector/src/stores/bigquery/store.ts';
import type { Store } from '../../../../collector/src/stores/store.ts';
import { rowsOf, valuesOf } from '../../../contracts/store/harness.ts';
import {
  amendment,
  bare,
  day_us,
  logRow,
  message,
  metricRow,
  noon_us,
  recordWith,
  scoreRow,
  spanId,
  spanRow,
  traceId,
} from '../../../contracts/store/rows.ts';
import { type FakeBigQuery, startFakeBigQuery } from '../../../fakes/bigquery/server.ts';

const documentation = readFileSync(new URL('../../../../docs/attributes.md', import.meta.url), 'utf8');

describe('amendments', () => {
  let database: DatabaseSync;
  let waiting: WaitingAmendments;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    waiting = new WaitingAmendments(database);
  });

  const add = (number: number, columns: Parameters<typeof amendment>[1]['columns'], now_us = noon_us) =>
    waiting.add([amendment(number, columns === undefined ? {} : { columns })], now_us);
  const responseOf = (number: number) => waiting.amend(spanRow(number)).response_id;
  const count = () => database.prepare('SELECT count(*) AS n FROM bigquery_amendments').get()?.['n'];

  test('wait for their span through a restart, and are gone when it is stored', () => {
    add(1, { response_id: 'r1' });
    waiting = new WaitingAmendments(database);
    expect([responseOf(1), responseOf(2)]).toEqual(['r1', null]);
    waiting.remove([spanRow(1)]);
    expect([responseOf(1), count()]).toEqual([null, 0]);
  });

  test('give way to earlier ones, and to what the span says', () => {
    add(1, { response_id: 'first' });
    add(1, { response_id: 'second', response_model: 'm' });
    add(1, { response_id: 'first' });
    const own = waiting.amend(spanRow(1, { response_model: 'own', service: 'shop' }));
    expect(own).toEqual({ ...spanRow(1, { response_model: 'own', service: 'shop' }), response_id: 'first' });
    expect(waiting.amend(spanRow(1))).toMatchObject({ response_id: 'first', response_model: 'm' });
  });

  test('wait for two days', () => {
    add(1, { response_id: 'old' });
    add(2, { response_id: 'new' }, noon_us + day_us);
    add(3, { response_id: 'last' }, noon_us + 2 * day_us);
    expect([responseOf(1), count()]).toEqual(['old', 3]);
    add(4, { response_id: 'later' }, noon_us + 2 * day_us + 1);
    expect([responseOf(1), responseOf(2), count()]).toEqual([null, 'new', 3]);
  });

  test('are limited in number, the oldest going first', () => {
    const many = (from: number, length: number) =>
      Array.from({ length }, (_, index) => amendment(from + index, { columns: { response_id: 'r' } }));
    waiting = new WaitingAmendments(database, { waiting_max: 100 });
    waiting.add(many(0, 100), noon_us);
    add(0, { response_model: 'renewed' });
    waiting.add(many(100, 10), noon_us);
    expect(Number(count())).toBeLessThanOrEqual(100);
    expect([0, 1, 10, 11, 109].map(responseOf)).toEqual(['r', null, null, 'r', 'r']);
  });

  test('go with their trace, their conversation and their day', () => {
    add(1, { response_id: 'r' });
    add(2, { response_id: 'r', conversation_id: 'c2' });
    add(3, { response_id: 'r', conversation_id: 'c3' });
    waiting.removeOf('other', { trace_id: traceId(1) });
    waiting.removeOf('default', { user_id: 'c2' });
    expect(count()).toBe(3);
    waiting.removeOf('default', { trace_id: traceId(1) });
    waiting.removeOf('default', { conversation_id: 'c2' });
    expect([1, 2, 3].map(responseOf)).toEqual([null, null, 'r']);
    waiting.removeBefore(noon_us + day_us);
    expect(count()).toBe(0);
  });
});

describe('in a store', () => {
  let fake: FakeBigQuery;
  let store: Store;
  beforeEach(async () => {
    fake = await startFakeBigQuery();
    store = await openBigQueryStore({
      project: 'test',
      dataset: 'sextant',
      endpoint: fake.url,
      control: new DatabaseSync(':memory:'),
      query_timeout_ms: 10_000,
      retries: { attempts_max: 2, pause_ms: 1 },
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    });
  });
  afterEach(() => fake.close());

  test.each(['messages', 'spans', 'logs', 'metrics', 'scores'])(
    'a batch that breaks off at %s and is repeated is stored once, amended',
    async (table) => {
      const record = recordWith(100, {
        spans: [bare(spanRow(1))],
        amendments: [amendment(1, { question: 'question 1' })],
        logs: [logRow(1)],
        metrics: [metricRow('a')],
        scores: [scoreRow('s1')],
      });
      const unavailable = { kind: 'status', status: 503, reason: 'backendError' } as const;
      fake.fail(new RegExp(`${table}/insertAll$`), unavailable, unavailable);
      await expect(store.append({ records: [record] })).rejects.toMatchObject({ code: 'store_unavailable' });
      expect(await store.position()).toBeNull();
      await store.append({ records: [record] });
      expect(await store.position()).toEqual({ segment: 1, offset: 100 });
      const [span, ...others] = await rowsOf(store, 'spans');
      expect([span?.['input_messages'], others]).toEqual([[message('user', 'question 1').message_hash], []]);
      expect(await valuesOf(store, 'messages', 'text')).toEqual(['question 1']);
      expect(await rowsOf(store, 'logs')).toHaveLength(1);
      expect(await valuesOf(store, 'metrics', 'name')).toEqual(['a']);
      expect(await valuesOf(store, 'scores', 'score_id')).toEqual(['s1']);
    },
  );

  test('content that comes after its span is found with the documented statement', async () => {
    const [statement] = /(?<=```sql\n)SELECT spans[^`]*/.exec(documentation) ?? [];
    const content = (number: number) => ({
      amendments: [amendment(number, { question: `question ${number}` })],
      logs: [logRow(number, { input_messages: [message('user', `question ${number}`).message_hash] })],
    });
    await store.append({ records: [recordWith(100, { spans: [bare(spanRow(1)), bare(spanRow(2))] })] });
    await store.append({ records: [recordWith(200, content(1))] });
    await store.append({ records: [recordWith(300, content(3))] });
    await store.append({ records: [recordWith(400, { spans: [bare(spanRow(3))] })] });
    const limits = { tenant: 'default', rows_max: 10, timeout_ms: 10_000 };
    const { rows } = await store.sql(String(statement), limits);
    expect(rows).toEqual([{ trace_id: traceId(1), span_id: spanId(1), role: 'user', text: 'question 1' }]);
    expect((await store.sql(String(statement), { ...limits, tenant: 'other' })).rows).toEqual([]);
  });
});
