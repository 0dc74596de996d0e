import { expect, test } from 'vitest';
import { type AnyTable, type NewRow, tables } from '../../../collector/src/stores/schema.ts';
import type { Row } from '../../../collector/src/stores/store.ts';
import { microsOf, type OpenStore, rowsOf, useStore } from './harness.ts';
import { bare, embeddingRow, message, noon_us, recordAt, spanRow } from './rows.ts';

const hostile_texts = {
  'an injection': "'; DROP TABLE spans; --",
  quotes: `'"\`"'\\'\\"`,
  parameters: '$tenant @tenant ? :tenant %s {0}',
  'a prototype key': '__proto__',
  emoji: '👩‍👩‍👧‍👦 🧭 naïve ﷽ \u202Eright to left',
  'line breaks': 'a\r\nb\tc\u2028d',
  'an empty text': '',
  'the word null': 'NULL',
  'a path': '../../etc/passwd',
  'a megabyte': 'sextant '.repeat(131_072),
};

/** What goes in comes out. */
export function valueTests(open: OpenStore): void {
  const under = useStore(open);

  async function roundTrip(span: NewRow<'spans'>): Promise<Row> {
    await under.store.append({ records: [recordAt(100, bare(span))] });
    const { tenant, trace_id, span_id } = span;
    const [row] = await under.store.query('span', { tenant, trace_id, span_id });
    return row ?? {};
  }

  test('every column of a span comes back', async () => {
    const span = fullSpan();
    expect(Object.values(span)).not.toContain(null);
    const { ingest_time, ...row } = await roundTrip(span);
    expect(parseJson(row)).toEqual(parseJson(span));
    expect(ingest_time).toBeGreaterThan(noon_us);
  });

  test('nulls come back as null', async () => {
    const span = spanRow(1);
    const row = await roundTrip(span);
    for (const [name, { required }] of Object.entries((tables.spans as AnyTable).columns))
      if (!required) expect([name, row[name]]).toEqual([name, null]);
  });

  test('numbers at their limits come back', async () => {
    const span = spanRow(1, {
      start_time: noon_us + 123_456,
      end_time: noon_us + 123_457,
      duration_ms: -0.001,
      input_tokens: Number.MAX_SAFE_INTEGER,
      output_tokens: 0,
      cost_usd: 1e-12,
      ttft_ms: 0.1 + 0.2,
      energy_j: 1.7976931348623157e308,
    });
    expect(await roundTrip(span)).toMatchObject(span);
  });

  test.each(Object.entries(hostile_texts))('%s is data', async (_, text) => {
    const span = spanRow(1, {
      name: text,
      user_id: text,
      finish_reasons: [text, 'stop'],
      attributes: JSON.stringify({ [text]: text }),
    });
    const row = await roundTrip(span);
    expect(row).toMatchObject({ name: text, user_id: text, finish_reasons: [text, 'stop'] });
    expect(Object.entries(JSON.parse(String(row['attributes'])))).toEqual([[text, text]]);

    const said = message('user', text);
    await under.store.append({ records: [recordAt(200, { ...bare(spanRow(2)), messages: [said] })] });
    const hashes = [said.message_hash, text];
    const found = await under.store.query('messages', { tenant: 'default', hashes });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ role: 'user', text });

    const named = await under.store.query('trace', { tenant: text, trace_id: text });
    expect(named).toEqual([]);
  });

  test('vectors come back', async () => {
    const vector = Float32Array.from({ length: 768 }, (_, index) => Math.sin(index));
    const embedding = embeddingRow(1, { dimension: 768, vector });
    await under.store.append({ records: [recordAt(100, { ...bare(spanRow(1)), embeddings: [embedding] })] });
    const [row] = await rowsOf(under.store, 'embeddings');
    expect(Float32Array.from(row?.['vector'] as number[])).toEqual(vector);
    expect(microsOf(row?.['time'])).toBe(noon_us);
    expect(row?.['text_hash']).toBeNull();
  });

  test('many spans in one batch', async () => {
    const spans = Array.from({ length: 3_000 }, (_, index) => bare(spanRow(index)));
    expect(await under.store.append({ records: [recordAt(100, ...spans)] })).toEqual({
      stored: 3_000,
      duplicated: 0,
    });
    expect(await rowsOf(under.store, 'spans')).toHaveLength(3_000);
  });
}

/** A span with a value in every column. */
function fullSpan(): NewRow<'spans'> {
  const columns = Object.entries((tables.spans as AnyTable).columns).filter(
    ([name]) => name !== 'ingest_time',
  );
  const values = columns.map(([name, { type }], index) => {
    const value = {
      text: `text of ${name}`,
      integer: index * 1_000_003,
      number: index + 0.125,
      boolean: true,
      time: noon_us + index,
      json: JSON.stringify({ [name]: [index, null, { deep: true }] }),
      texts: [name, '', 'again'],
      integers: [index],
      numbers: [index],
      doubles: [index],
    }[type];
    return [name, value];
  });
  const ids = { trace_id: spanRow(7).trace_id, span_id: spanRow(7).span_id, tenant: 'default' };
  return { ...Object.fromEntries(values), ...ids } as NewRow<'spans'>;
}

/** JSON texts may come back written differently. */
function parseJson(row: object): object {
  const columns = Object.entries((tables.spans as AnyTable).columns);
  const json = columns.filter(([, { type }]) => type === 'json').map(([name]) => name);
  const parsed = Object.entries(row).map(([name, value]) => [
    name,
    json.includes(name) ? JSON.parse(value) : value,
  ]);
  return Object.fromEntries(parsed);
}
