import { expect, test } from 'vitest';
import { type AnyTable, type NewRow, type TableName, tables } from '../../../collector/src/stores/schema.ts';
import type { Row } from '../../../collector/src/stores/store.ts';
import { microsOf, type OpenStore, rowsOf, useStore, valuesOf } from './harness.ts';
import { bare, day_us, logRow, metricRow, noon_us, recordAt, recordWith, scoreRow, spanRow } from './rows.ts';

/** Log records, data points and scores: they come through the journal, beside spans. */
export function looseRowTests(open: OpenStore): void {
  const under = useStore(open);
  const numbers = async () =>
    (await rowsOf(under.store, 'logs')).map((row) => JSON.parse(String(row['attributes'])).number).sort();

  test('each goes into its table, and moves the position', async () => {
    const record = recordWith(100, {
      spans: [bare(spanRow(1))],
      logs: [logRow(1), logRow(2)],
      metrics: [metricRow('a'), metricRow('b'), metricRow('c')],
      scores: [scoreRow('s1')],
    });
    expect(await under.store.append({ records: [record] })).toEqual({ stored: 6, duplicated: 0 });
    await under.reopen();
    expect(await under.store.position()).toEqual({ segment: 1, offset: 100 });
    expect(await valuesOf(under.store, 'spans', 'name')).toEqual(['span 1']);
    expect(await numbers()).toEqual([1, 2]);
    expect(await valuesOf(under.store, 'metrics', 'name')).toEqual(['a', 'b', 'c']);
    expect(await valuesOf(under.store, 'scores', 'score_id')).toEqual(['s1']);
  });

  test('what is equal is stored as often as it came', async () => {
    const equal = { logs: [logRow(1), logRow(1)], metrics: [metricRow('a'), metricRow('a')] };
    await under.store.append({ records: [recordWith(100, equal), recordWith(200, equal)] });
    expect(await numbers()).toEqual([1, 1, 1, 1]);
    expect(await valuesOf(under.store, 'metrics', 'name')).toEqual(['a', 'a', 'a', 'a']);
  });

  const first = recordWith(100, { logs: [logRow(1)], metrics: [metricRow('a')] });
  const second = recordWith(200, { logs: [logRow(2)], scores: [scoreRow('s2')] });
  const third = recordAt(300, bare(spanRow(3)));
  const fourth = recordWith(400, { logs: [logRow(4), logRow(5, { time: noon_us - day_us })] });

  test.each([
    [
      'alone',
      [
        [first, second],
        [first, second],
        [third, fourth],
      ],
    ],
    ['with new records behind it', [[first], [first, second, third], [first, second, third, fourth]]],
    ['cut differently', [[first, second, third, fourth], [second], [third, fourth], [fourth]]],
  ])('a repeated batch is stored once: %s', async (_, batches) => {
    let stored = 0;
    for (const records of batches) stored += (await under.store.append({ records })).stored;
    await under.reopen();
    stored += (await under.store.append({ records: [first, second, third, fourth] })).stored;
    expect(stored).toBe(6);
    expect(await numbers()).toEqual([1, 2, 4, 5]);
    expect(await valuesOf(under.store, 'metrics', 'name')).toEqual(['a']);
    expect(await valuesOf(under.store, 'scores', 'score_id')).toEqual(['s2']);
  });

  test('rows lie on the days of their own times, and go with them', async () => {
    const days = [0, 1].map((day) =>
      recordWith(100 + day, {
        logs: [logRow(day, { time: noon_us + day * day_us })],
        metrics: [metricRow(`metric ${day}`, { time: noon_us + day * day_us })],
        scores: [scoreRow(`score ${day}`, { time: noon_us + day * day_us })],
      }),
    );
    await under.store.append({ records: days });
    expect(await under.store.expire(noon_us + day_us)).toEqual(['2025-03-10']);
    expect(await numbers()).toEqual([1]);
    expect(await valuesOf(under.store, 'metrics', 'name')).toEqual(['metric 1']);
    expect(await valuesOf(under.store, 'scores', 'score_id')).toEqual(['score 1']);
  });

  test('the rows of a batch share their ingest time with its spans', async () => {
    const record = { spans: [bare(spanRow(1))], logs: [logRow(1)], metrics: [metricRow('a')] };
    await under.store.append({ records: [recordWith(100, record)] });
    await under.store.append({ records: [recordWith(200, { logs: [logRow(2)] })] });
    const [times, ...others] = await Promise.all(
      (['logs', 'spans', 'metrics'] as const).map((table) => valuesOf(under.store, table, 'ingest_time')),
    );
    expect(times).toHaveLength(2);
    expect(microsOf(times?.[1])).toBeGreaterThan(microsOf(times?.[0]));
    expect(others).toEqual([[times?.[0]], [times?.[0]]]);
  });

  test.each(['logs', 'metrics', 'scores'] as const)('every column of %s comes back', async (table) => {
    const row = fullRow(table);
    expect(Object.values(row)).not.toContain(null);
    await under.store.append({ records: [recordWith(100, { [table]: [row] })] });
    const [stored] = await rowsOf(under.store, table);
    expect(plain(table, stored)).toEqual(plain(table, row));
  });

  test.each([
    ['logs', logRow(1, { trace_id: null, span_id: null })],
    ['metrics', metricRow('a', { value: null })],
    ['scores', scoreRow('s', { value: null })],
  ] as const)('nulls of %s come back as null', async (table, row) => {
    await under.store.append({ records: [recordWith(100, { [table]: [row] })] });
    const [stored] = await rowsOf(under.store, table);
    for (const [name, { type, required }] of Object.entries((tables[table] as AnyTable).columns)) {
      // A store may hold an unknown list as an empty one.
      const value = Array.isArray(stored?.[name]) && stored[name].length === 0 ? null : stored?.[name];
      if (!required && (row as Row)[name] === null) expect([name, type, value]).toEqual([name, type, null]);
    }
  });

  test('numbers at their limits, and the bounds of buckets, come back exactly', async () => {
    const bounds = [0.01, 0.1, 1 / 3, 81.92, 1e300];
    const row = metricRow('a', {
      kind: 'histogram',
      value: -1.7976931348623157e308,
      sum: 5e-324,
      count: Number.MAX_SAFE_INTEGER,
      bounds,
      bucket_counts: [0, 1, 2, 3, 4, Number.MAX_SAFE_INTEGER],
    });
    await under.store.append({ records: [recordWith(100, { metrics: [row] })] });
    const [stored] = await rowsOf(under.store, 'metrics');
    expect(plain('metrics', stored)).toMatchObject({
      value: row.value,
      sum: row.sum,
      count: row.count,
      bounds,
    });
    expect(stored?.['bucket_counts']).toEqual(row.bucket_counts);
  });

  test('texts are data', async () => {
    const text = `'"; DROP TABLE logs; --\u0000\r\n$1 @tenant __proto__ 👩‍👩‍👧‍👦`.replace('\u0000', '');
    const row = logRow(1, {
      event_name: text,
      severity_text: text,
      body: JSON.stringify(text),
      service: text,
    });
    await under.store.append({ records: [recordWith(100, { logs: [row] })] });
    const [stored] = await rowsOf(under.store, 'logs');
    expect(stored).toMatchObject({ event_name: text, severity_text: text, service: text });
    expect(JSON.parse(String(stored?.['body']))).toBe(text);
  });

  test('tenants see their own', async () => {
    const other = { tenant: 'other' };
    await under.store.append({
      records: [
        recordWith(100, {
          logs: [logRow(1), logRow(1, other)],
          metrics: [metricRow('a', other)],
          scores: [scoreRow('s1'), scoreRow('s1', other)],
        }),
      ],
    });
    const seen = async (tenant: string, table: TableName) => {
      const { day_column } = tables[table];
      const statement = `SELECT tenant FROM ${table} WHERE ${day_column} >= '2000-01-01'`;
      const { rows } = await under.store.sql(statement, { tenant, rows_max: 10, timeout_ms: 20_000 });
      return rows.map((row) => row['tenant']);
    };
    expect([await seen('default', 'logs'), await seen('other', 'logs')]).toEqual([['default'], ['other']]);
    expect([await seen('default', 'metrics'), await seen('other', 'metrics')]).toEqual([[], ['other']]);
    expect([await seen('default', 'scores'), await seen('other', 'scores')]).toEqual([
      ['default'],
      ['other'],
    ]);
  });

  test('many rows in one batch', async () => {
    const logs = Array.from({ length: 3_000 }, (_, index) => logRow(index));
    expect((await under.store.append({ records: [recordWith(100, { logs })] })).stored).toBe(3_000);
    expect(await rowsOf(under.store, 'logs')).toHaveLength(3_000);
  });
}

/** A row with a value in every column. */
function fullRow<Name extends 'logs' | 'metrics' | 'scores'>(table: Name): NewRow<Name> {
  const columns = Object.entries((tables[table] as AnyTable).columns).filter(
    ([name]) => name !== 'ingest_time',
  );
  const values = columns.map(([name, { type }], index) => {
    const value = {
      text: name === 'tenant' ? 'default' : `text of ${name}`,
      integer: index * 1_000_003,
      number: index + 0.125,
      boolean: true,
      time: noon_us + index,
      json: JSON.stringify({ [name]: [index, null, { deep: true }] }),
      texts: [name, '', 'again'],
      integers: [index, 0],
      numbers: [index, 0.5],
      doubles: [index, 0.1],
    }[type];
    return [name, value];
  });
  return Object.fromEntries(values) as NewRow<Name>;
}

/** A row of ours and one of the store's SQL in the same form: JSON read, times in microseconds. */
function plain(table: TableName, row: object | undefined): Row {
  const columns = Object.entries((tables[table] as AnyTable).columns).filter(
    ([name]) => name !== 'ingest_time',
  );
  const values = columns.map(([name, { type }]) => {
    const value = (row as Row | undefined)?.[name];
    if (type === 'json' && typeof value === 'string') return [name, JSON.parse(value)];
    if (type === 'time' && typeof value === 'string') return [name, microsOf(value)];
    return [name, value];
  });
  return Object.fromEntries(values);
}
