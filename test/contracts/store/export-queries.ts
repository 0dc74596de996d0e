import { expect, test } from 'vitest';
import { type OpenStore, useStore } from './harness.ts';
import { day_us, embeddingRow, modelCall, noon_us, recordAt, second_us } from './rows.ts';

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

  test('spans, messages and vectors are found by their ids within a range', async () => {
    const calls = await fill(4);
    const [, wanted, , late] = calls.map(({ span }) => span) as [
      unknown,
      (typeof calls)[0]['span'],
      unknown,
      (typeof calls)[0]['span'],
    ];
    const range = { tenant, from_us: noon_us, to_us: noon_us + 1 };
    const span_ids = [wanted.span_id, late.span_id, 'f'.repeat(16)];
    const spans = await under.store.query('export_spans', { ...range, span_ids });
    expect(spans).toMatchObject([
      { tenant, name: wanted.name, start_time: noon_us, attributes: wanted.attributes },
    ]);
    const vectors = await under.store.query('export_vectors', { ...range, span_ids });
    expect(vectors).toEqual([
      { trace_id: wanted.trace_id, span_id: wanted.span_id, vector: embeddingRow(1).vector, text_hash: null },
    ]);
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
