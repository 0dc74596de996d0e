import { expect, test } from 'vitest';
import { type OpenStore, useStore } from './harness.ts';
import {
  day_us,
  embeddingRow,
  logRow,
  metricRow,
  modelCall,
  noon_us,
  recordAt,
  recordWith,
  second_us,
} from './rows.ts';

const tenant = 'default';

/** What an export and the lifecycle ask of a store. */
export function exportQueryTests(open: OpenStore): void {
  const under = useStore(open);
  const start = (number: number) => noon_us + Math.floor(number / 2) * second_us;
  const fill = async (count: number) => {
    const calls = Array.from({ length: count }, (_, number) =>
      modelCall(number, { start_time: start(number) }),
    );
    const foreign = modelCall(1, { tenant: 'other', start_time: noon_us });
    await under.store.append({ records: [recordAt(100, ...calls, foreign)] });
    return calls;
  };

  test('keys come in their order, page by page, each once', async () => {
    const calls = await fill(7);
    const wanted = calls
      .map(({ span: { start_time, trace_id, span_id } }) => ({ start_time, trace_id, span_id }))
      .slice(0, 6);
    const seen: unknown[] = [];
    let after = { from_us: noon_us, after_trace: '', after_span: '' };
    for (;;) {
      const page = await under.store.query('export_keys', { tenant, ...after, to_us: start(6), limit: 4 });
      seen.push(...page);
      const last = page.at(-1);
      if (last === undefined) break;
      after = {
        from_us: Number(last['start_time']),
        after_trace: String(last['trace_id']),
        after_span: String(last['span_id']),
      };
    }
    expect(seen).toEqual(wanted);
  });

  test('spans and vectors are found from one span to another, messages by their hashes', async () => {
    const calls = await fill(4);
    const ids = calls.map(({ span: { trace_id, span_id } }) => ({ trace_id, span_id }));
    const run = (first: number, last: number) => ({
      ...{ tenant, from_us: start(first), to_us: start(last) + 1 },
      ...{ first_trace: ids[first]?.trace_id ?? '', first_span: ids[first]?.span_id ?? '' },
      ...{ last_trace: ids[last]?.trace_id ?? '', last_span: ids[last]?.span_id ?? '' },
    });
    const namesOf = async (name: string, first: number, last: number) => {
      const rows = await under.store.query(name, run(first, last));
      return rows.map((row) => String(row['span_id'])).sort();
    };
    for (const [first, last] of [
      [0, 3],
      [1, 2],
      [1, 1],
      [2, 2],
      [0, 1],
    ] as const) {
      const wanted = ids.slice(first, last + 1).map(({ span_id }) => span_id);
      expect(await namesOf('export_spans', first, last), `${first} to ${last}`).toEqual(wanted);
      expect(await namesOf('export_vectors', first, last), `${first} to ${last}`).toEqual(wanted);
    }
    const [span] = await under.store.query('export_spans', run(1, 1));
    expect(span).toMatchObject({ start_time: noon_us, attributes: calls[1]?.span.attributes });
    const vectors = await under.store.query('export_vectors', run(1, 1));
    expect(vectors).toEqual([{ ...ids[1], vector: embeddingRow(1).vector, text_hash: null }]);
    const range = { tenant, from_us: noon_us, to_us: noon_us + 1 };
    const hashes = calls.flatMap(({ messages }) => messages.map(({ message_hash }) => message_hash));
    const messages = await under.store.query('export_messages', { ...range, hashes });
    expect(messages.map((row) => row['text']).sort()).toEqual([
      'answer 0',
      'answer 1',
      'question 0',
      'question 1',
    ]);
    expect(Object.keys(messages[0] ?? {}).sort()).toEqual(['content', 'message_hash', 'role', 'text']);
  });

  test('log records and data points are found from one moment to another', async () => {
    for (const part of [0, 1]) {
      const logs = [0, 1, 2].map((number) => logRow(number, { severity_text: `${part}` }));
      const metrics = [0, 1, 2].map((number) => metricRow(`${part}`, { time: noon_us + number * second_us }));
      const foreign = logRow(1, { tenant: 'other' });
      const record = recordWith(100 + part, { logs: [...logs, foreign], metrics });
      await under.store.append({ records: [record] });
    }
    const range = { tenant, from_us: noon_us, to_us: noon_us + 2 * second_us };
    for (const [moments_query, rows_query] of [
      ['export_log_moments', 'export_logs'],
      ['export_metric_moments', 'export_metrics'],
    ] as const) {
      const moments = await under.store.query(moments_query, { ...range, after_ingest_us: 0, limit: 10 });
      expect(moments.map((row) => row['time'])).toEqual([0, 0, 1, 1].map((at) => noon_us + at * second_us));
      const [first, second, third, last] = moments.map((row) => Number(row['ingest_time']));
      expect([first, second]).toEqual([third, last]);
      const after = { ...range, after_ingest_us: first ?? 0, limit: 2 };
      expect(await under.store.query(moments_query, after)).toEqual(moments.slice(1, 3));
      const bounds = { from_ingest_us: second ?? 0, to_ingest_us: third ?? 0 };
      const rows = await under.store.query(rows_query, {
        ...range,
        to_us: noon_us + second_us + 1,
        ...bounds,
      });
      expect(rows.map((row) => [row['time'], row['severity_text'] ?? row['name']])).toEqual([
        [noon_us, '1'],
        [noon_us + second_us, '0'],
      ]);
    }
  });

  test('which spans are stored is known over all days', async () => {
    const early = modelCall(1);
    const late = modelCall(2, { start_time: noon_us + 3 * day_us });
    const foreign = modelCall(3, { tenant: 'other' });
    await under.store.append({ records: [recordAt(100, early, late, foreign)] });
    const span_ids = [early, late, foreign].map(({ span }) => span.span_id);
    const found = await under.store.query('stored_spans', {
      tenant,
      span_ids: [...span_ids, 'f'.repeat(16)],
    });
    const ids = [early, late].map(({ span: { trace_id, span_id } }) => ({ trace_id, span_id }));
    expect(found).toHaveLength(2);
    expect(found).toEqual(expect.arrayContaining(ids));
  });
}
