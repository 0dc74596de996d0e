import { expect, test } from 'vitest';
import type { TableName } from '../../../collector/src/stores/schema.ts';
import type { EraseSelector } from '../../../collector/src/stores/store.ts';
import { everything, type OpenStore, rowsOf, useStore, valuesOf } from './harness.ts';
import { alertRow, bare, day_us, modelCall, noon_us, recordAt, spanRow, traceId } from './rows.ts';

const tenant = 'default';

/** Rows that must go, and rows that must stay. */
export function eraseTests(open: OpenStore): void {
  const under = useStore(open);

  test('expire removes whole days, from every table', async () => {
    const days = [0, 1, 2].map((day) => modelCall(day, { start_time: noon_us + day * day_us }));
    await under.store.append({ records: [recordAt(100, ...days)] });
    await under.store.insert('alerts', [alertRow('old'), alertRow('new', { time: noon_us + 2 * day_us })]);
    const removed = await under.store.expire(noon_us + 2 * day_us);
    expect([...removed].sort()).toEqual(['2025-03-10', '2025-03-11']);
    await under.reopen();
    expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 2']);
    for (const table of ['embeddings', 'cost_lines', 'versions'] as TableName[])
      expect(await rowsOf(under.store, table)).toHaveLength(1);
    expect(await valuesOf(under.store, 'messages', 'text')).toEqual(['answer 2', 'question 2']);
    expect(await valuesOf(under.store, 'alerts', 'alert_id')).toEqual(['new']);
    expect(await under.store.position()).toEqual({ segment: 1, offset: 100 });
    expect(await under.store.expire(noon_us + 2 * day_us)).toEqual([]);
  });

  test('work of a day that expired is gone', async () => {
    await under.store.append({ records: [recordAt(100, modelCall(1))] });
    const work = await under.store.take('embed', 10);
    await under.store.expire(noon_us + day_us);
    expect(await under.store.take('embed', 10)).toBeNull();
    if (work) await under.store.finish(work, []);
    expect(await everything(under.store)).not.toContain('question 1');
  });

  const selectors: readonly [string, EraseSelector][] = [
    ['a trace', { tenant, trace_id: traceId(1) }],
    ['a conversation', { tenant, conversation_id: 'secret conversation' }],
    ['a user', { tenant, user_id: 'secret user' }],
  ];

  const gone = { spans: 3, embeddings: 3, cost_lines: 3, messages: 5 };

  test.each(selectors)('erase %s leaves nothing of it, and everything else', async (_, selector) => {
    const secret = { trace_id: traceId(1), conversation_id: 'secret conversation', user_id: 'secret user' };
    const first = modelCall(1, { ...secret, question: 'a secret question' });
    const shared = modelCall(2, { ...secret, question: 'a shared question' });
    const later = modelCall(3, { ...secret, question: 'a secret question', start_time: noon_us + day_us });
    const other = modelCall(4, { question: 'a shared question' });
    const foreign = modelCall(1, { ...secret, tenant: 'other', question: 'a foreign question' });
    await under.store.append({ records: [recordAt(100, first, shared, later, other, foreign)] });

    expect(await under.store.erase(selector, { dry_run: true })).toMatchObject(gone);
    expect(await under.store.erase(selector)).toMatchObject(gone);
    await under.reopen();
    expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 1', 'span 4']);
    for (const table of ['embeddings', 'cost_lines'] as TableName[])
      expect(await valuesOf(under.store, table, 'tenant')).toEqual(['default', 'other']);
    expect(await valuesOf(under.store, 'messages', 'text')).toEqual([
      ...['a foreign question', 'a shared question', 'answer 1', 'answer 4'],
    ]);
    expect(await everything(under.store)).not.toContain('a secret question');
    expect(await under.store.erase(selector)).toEqual({});
    expect(await under.store.position()).toEqual({ segment: 1, offset: 100 });
  });

  test('erase of what is not there, and of hostile names, removes nothing', async () => {
    await under.store.append({ records: [recordAt(100, modelCall(1, { user_id: 'ada' }))] });
    for (const user_id of ['', '%', "' OR '1'='1", 'ADA', '__proto__'])
      expect(await under.store.erase({ tenant, user_id })).toEqual({});
    expect(await under.store.erase({ tenant: 'other', user_id: 'ada' })).toEqual({});
    expect(await rowsOf(under.store, 'spans')).toHaveLength(1);
    expect(await rowsOf(under.store, 'messages')).toHaveLength(2);
  });

  test('what arrives after an erasure is stored, message included', async () => {
    const call = modelCall(1, { question: 'asked again' });
    await under.store.append({ records: [recordAt(100, call)] });
    await under.store.erase({ tenant, trace_id: call.span.trace_id });
    await under.store.append({
      records: [recordAt(200, modelCall(2, { question: 'asked again' }), bare(spanRow(3)))],
    });
    expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 2', 'span 3']);
    expect(await valuesOf(under.store, 'messages', 'text')).toEqual(['answer 2', 'asked again']);
  });
}
