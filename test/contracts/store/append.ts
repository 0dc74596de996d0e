import { expect, test } from 'vitest';
import { microsOf, type OpenStore, rowsOf, useStore, valuesOf } from './harness.ts';
import {
  bare,
  day_us,
  embeddingRow,
  inParts,
  modelCall,
  no_rows,
  recordAt,
  second_us,
  spanRow,
} from './rows.ts';

/** Durable, once, in order: what arrives through the journal. */
export function appendTests(open: OpenStore): void {
  const under = useStore(open);
  const names = () => valuesOf(under.store, 'spans', 'name');
  const first = recordAt(100, bare(spanRow(1)));
  const second = recordAt(200, bare(spanRow(2)));
  const third = recordAt(300, bare(spanRow(3)));

  test('an empty store has no position', async () => {
    expect(await under.store.position()).toBeNull();
  });

  test('the position is that of the last record, also after opening again', async () => {
    expect(await under.store.append({ records: [first, second] })).toEqual({ stored: 2, duplicated: 0 });
    expect(await under.store.position()).toEqual({ segment: 1, offset: 200 });
    await under.reopen();
    expect(await under.store.position()).toEqual({ segment: 1, offset: 200 });
    expect(await names()).toEqual(['span 1', 'span 2']);
  });

  test('a later segment counts more than a larger offset', async () => {
    await under.store.append({ records: [third] });
    const next = { ...no_rows, position: { segment: 2, offset: 50 }, spans: [bare(spanRow(4))] };
    expect((await under.store.append({ records: [next] })).stored).toBe(1);
    expect(await under.store.position()).toEqual({ segment: 2, offset: 50 });
    expect((await under.store.append({ records: [third] })).stored).toBe(0);
    expect(await under.store.position()).toEqual({ segment: 2, offset: 50 });
  });

  test('a batch without records changes nothing', async () => {
    expect(await under.store.append({ records: [] })).toEqual({ stored: 0, duplicated: 0 });
    expect(await under.store.position()).toBeNull();
  });

  test('records without a span move the position', async () => {
    await under.store.append({ records: [recordAt(100)] });
    expect(await under.store.position()).toEqual({ segment: 1, offset: 100 });
    await under.store.append({ records: [second, recordAt(900)] });
    await under.reopen();
    expect(await under.store.position()).toEqual({ segment: 1, offset: 900 });
    expect(await names()).toEqual(['span 2']);
  });

  test.each([
    ['alone', [[first, second], [first, second], [third]]],
    [
      'with new records behind it',
      [
        [first, second],
        [first, second, third],
      ],
    ],
    ['cut differently', [[first, second], [first], [second, third], [third]]],
  ])('a repeated batch is stored once: %s', async (_, batches) => {
    let stored = 0;
    for (const records of batches) stored += (await under.store.append({ records })).stored;
    expect(stored).toBe(3);
    await under.reopen();
    expect((await under.store.append({ records: [first, second, third] })).stored).toBe(0);
    expect(await names()).toEqual(['span 1', 'span 2', 'span 3']);
  });

  test('a record in parts is one record', async () => {
    const records = [recordAt(100, modelCall(1), modelCall(2), modelCall(1)), recordAt(200, modelCall(2))];
    const batch = { records: records.flatMap(inParts) };
    expect(await under.store.append(batch)).toEqual({ stored: 2, duplicated: 2 });
    expect((await under.store.append(batch)).stored).toBe(0);
    expect(await under.store.position()).toEqual({ segment: 1, offset: 200 });
    expect(await rowsOf(under.store, 'embeddings')).toHaveLength(2);
  });

  test('of a record that breaks off between its parts nothing is there, and it may come again', async () => {
    const [part] = inParts(recordAt(200, modelCall(2), modelCall(3)));
    async function* breaksOff() {
      yield recordAt(100, modelCall(1));
      yield part as typeof first;
      throw new Error('The rest cannot be read now.');
    }
    await expect(under.store.append({ records: breaksOff() })).rejects.toThrow();
    await under.reopen();
    expect(await names()).not.toContain('span 2');
    const records = [recordAt(100, modelCall(1)), recordAt(200, modelCall(2), modelCall(3))];
    await under.store.append({ records });
    expect(await names()).toEqual(['span 1', 'span 2', 'span 3']);
  });

  test('a duplicate in the same batch is not stored, nor what came with it', async () => {
    const call = modelCall(1);
    const copy = {
      ...call,
      span: { ...call.span, name: 'copy' },
      embeddings: [embeddingRow(1, { feature: 'embedding.copy' })],
    };
    const appended = await under.store.append({ records: [recordAt(100, call, copy), recordAt(200, copy)] });
    expect(appended).toEqual({ stored: 1, duplicated: 2 });
    expect(await names()).toEqual(['span 1']);
    expect(await valuesOf(under.store, 'embeddings', 'feature')).toEqual(['embedding.output']);
    expect(await rowsOf(under.store, 'cost_lines')).toHaveLength(1);
  });

  test('a duplicate in a later batch is not stored, nor what came with it', async () => {
    await under.store.append({ records: [recordAt(100, modelCall(1))] });
    const copy = modelCall(1, { question: 'another question' });
    expect(await under.store.append({ records: [recordAt(200, copy, modelCall(2))] })).toEqual({
      stored: 1,
      duplicated: 1,
    });
    await under.reopen();
    expect(await under.store.append({ records: [recordAt(300, copy)] })).toEqual({
      stored: 0,
      duplicated: 1,
    });
    expect(await names()).toEqual(['span 1', 'span 2']);
    expect(await rowsOf(under.store, 'embeddings')).toHaveLength(2);
    expect(await rowsOf(under.store, 'cost_lines')).toHaveLength(2);
    expect(await valuesOf(under.store, 'messages', 'text')).not.toContain('another question');
  });

  test('the same ids of another tenant are another span', async () => {
    const records = [recordAt(100, bare(spanRow(1)), bare(spanRow(1, { tenant: 'other' })))];
    expect(await under.store.append({ records })).toEqual({ stored: 2, duplicated: 0 });
    expect(await valuesOf(under.store, 'spans', 'tenant')).toEqual(['default', 'other']);
  });

  test('a batch may hold several days, the newest first', async () => {
    const days = [2, 0, 1].map((day) => modelCall(day, { start_time: spanRow(0).start_time + day * day_us }));
    await under.store.append({ records: [recordAt(100, ...days)] });
    await under.reopen();
    expect(await names()).toEqual(['span 0', 'span 1', 'span 2']);
    expect(await under.store.append({ records: [recordAt(200, ...days)] })).toEqual({
      stored: 0,
      duplicated: 3,
    });
  });

  test('messages and versions are kept once a day', async () => {
    const asked = { question: 'the same question' };
    const tomorrow = { ...asked, start_time: spanRow(0).start_time + day_us };
    await under.store.append({ records: [recordAt(100, modelCall(1, asked), modelCall(2, asked))] });
    await under.store.append({ records: [recordAt(200, modelCall(3, asked), modelCall(4, tomorrow))] });
    await under.reopen();
    await under.store.append({ records: [recordAt(300, modelCall(5, asked), modelCall(6, tomorrow))] });
    const texts = await valuesOf(under.store, 'messages', 'text');
    expect(texts.filter((text) => text === asked.question)).toHaveLength(2);
    expect(await rowsOf(under.store, 'versions')).toHaveLength(2);
    const versions = await rowsOf(under.store, 'versions');
    expect(versions.map((row) => row['span_id']).sort()).toEqual([spanRow(1).span_id, spanRow(4).span_id]);
  });

  test('the rows of a batch share an ingest time, and it grows', async () => {
    await under.store.append({ records: [recordAt(100, modelCall(1), modelCall(2))] });
    await under.store.append({ records: [recordAt(200, modelCall(3))] });
    await under.reopen();
    await under.store.append({ records: [recordAt(300, modelCall(4))] });
    const spans = (await rowsOf(under.store, 'spans')).sort((a, b) =>
      String(a['name']) < String(b['name']) ? -1 : 1,
    );
    const times = spans.map((row) => microsOf(row['ingest_time']));
    expect(times[0]).toBe(times[1]);
    expect(new Set(times).size).toBe(3);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const embeddings = await valuesOf(under.store, 'embeddings', 'ingest_time');
    expect(embeddings.map(microsOf).sort((a, b) => a - b)).toEqual(times);
  });

  test('nothing is taken after close', async () => {
    const { store } = under;
    await store.append({ records: [first] });
    await store.close();
    await expect(store.append({ records: [second] })).rejects.toThrow();
    await expect(store.position()).rejects.toThrow();
    await expect(store.insert('alerts', [])).rejects.toThrow();
    await expect(store.take('embed', 10)).rejects.toThrow();
    await expect(store.query('trace', { tenant: 'default', trace_id: 'x' })).rejects.toThrow();
    await expect(
      store.sql('SELECT 1', { tenant: 'default', rows_max: 1, timeout_ms: 1000 }),
    ).rejects.toThrow();
    await expect(store.expire(second_us)).rejects.toThrow();
    await expect(store.erase({ tenant: 'default', user_id: 'x' })).rejects.toThrow();
    await expect(
      store.finish({ queue: 'embed', mark: '', rows: [], left_out: 0, earlier: [] }, []),
    ).rejects.toThrow();
    await expect(store.close()).rejects.toThrow();
    await under.reopen().catch(() => undefined);
  });
}
