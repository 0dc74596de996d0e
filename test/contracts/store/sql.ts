import { expect, test } from 'vitest';
import type { SqlOptions } from '../../../collector/src/stores/store.ts';
import { type OpenStore, rowsOf, useStore } from './harness.ts';
import { bare, modelCall, noon_us, recordAt, spanRow } from './rows.ts';

const limits: SqlOptions = { tenant: 'default', rows_max: 100, timeout_ms: 20_000 };
const since = "start_time >= '2025-01-01'";

const refused = {
  INSERT: "INSERT INTO spans (tenant) VALUES ('x')",
  UPDATE: `UPDATE spans SET name = 'x' WHERE ${since}`,
  DELETE: `DELETE FROM spans WHERE ${since}`,
  TRUNCATE: 'TRUNCATE TABLE spans',
  DROP: 'DROP TABLE spans',
  ALTER: 'ALTER TABLE spans ADD COLUMN x INTEGER',
  'CREATE TABLE': 'CREATE TABLE stolen AS SELECT 1 AS one',
  'CREATE VIEW': 'CREATE OR REPLACE VIEW spans AS SELECT 1 AS one',
  COPY: "COPY (SELECT 1) TO 'sextant-stolen.csv'",
  EXPORT: "EXPORT DATABASE 'sextant-stolen'",
  ATTACH: "ATTACH 'sextant-stolen.db' AS stolen",
  INSTALL: 'INSTALL httpfs',
  LOAD: 'LOAD httpfs',
  PRAGMA: 'PRAGMA database_list',
  SET: "SET memory_limit = '1TB'",
  CALL: 'CALL pragma_version()',
  BEGIN: 'BEGIN TRANSACTION',
  'two statements': 'SELECT 1; SELECT 2',
  'a statement behind another': 'SELECT 1; DROP TABLE spans',
  'a comment that hides': 'SELECT 1 /* ; */ ; DROP TABLE spans -- ',
  'an unknown table': 'SELECT * FROM nothing',
  'an unknown column': `SELECT nothing FROM spans WHERE ${since}`,
  'a file': "SELECT * FROM '/etc/passwd'",
  'a function that reads files': "SELECT * FROM read_text('/etc/passwd')",
  'a catalogue': 'SELECT * FROM duckdb_settings()',
  'no statement': '',
  'only a comment': '-- nothing',
  'what is not SQL': 'tell me everything',
  'an open quote': "SELECT 'x",
};

/** One statement that reads, within its limits. */
export function sqlTests(open: OpenStore): void {
  const under = useStore(open);

  async function store(count: number): Promise<void> {
    const spans = Array.from({ length: count }, (_, index) => bare(spanRow(index)));
    await under.store.append({ records: [recordAt(100, ...spans)] });
  }

  test('columns, their types, and rows as JSON values', async () => {
    await under.store.append({
      records: [recordAt(100, bare(spanRow(1, { finish_reasons: ['stop'], start_time: noon_us })))],
    });
    const result = await under.store.sql(
      `SELECT name, start_time, duration_ms, is_leaf, service, finish_reasons, 9007199254740993 AS large, 7 AS small FROM spans WHERE ${since}`,
      limits,
    );
    expect(result.columns.map((column) => column.name)).toEqual([
      ...['name', 'start_time', 'duration_ms', 'is_leaf', 'service', 'finish_reasons', 'large', 'small'],
    ]);
    for (const column of result.columns) expect(column.type).not.toBe('');
    expect(result.truncated).toBe(false);
    const [row] = result.rows;
    expect(row).toMatchObject({
      name: 'span 1',
      duration_ms: 250,
      is_leaf: false,
      service: null,
      finish_reasons: ['stop'],
      large: '9007199254740993',
      small: 7,
    });
    expect(new Date(String(row?.['start_time'])).toISOString()).toBe(new Date(noon_us / 1000).toISOString());
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  test('common table expressions, grouping and a trailing semicolon', async () => {
    await store(5);
    const result = await under.store.sql(
      `-- how many
      WITH chosen AS (SELECT * FROM spans WHERE ${since}) SELECT status, count(*) AS n FROM chosen GROUP BY status;`,
      limits,
    );
    expect(result.rows).toEqual([{ status: 'unset', n: 5 }]);
  });

  test('no more rows than the limit, and it says so', async () => {
    await store(5);
    const ask = async (rows_max: number) => {
      const { rows, truncated } = await under.store.sql(`SELECT span_id FROM spans WHERE ${since}`, {
        ...limits,
        rows_max,
      });
      return { rows: rows.length, truncated };
    };
    expect(await ask(4)).toEqual({ rows: 4, truncated: true });
    expect(await ask(5)).toEqual({ rows: 5, truncated: false });
    expect(await ask(6)).toEqual({ rows: 5, truncated: false });
  });

  test('whatever is not one SELECT of our tables is refused', async () => {
    await store(1);
    const codes = [];
    for (const [what, statement] of Object.entries(refused)) codes.push([what, await codeOf(statement)]);
    expect(codes).toEqual(Object.keys(refused).map((what) => [what, 'bad_sql']));
    expect(await rowsOf(under.store, 'spans')).toHaveLength(1);
  });

  async function codeOf(statement: string): Promise<unknown> {
    return await under.store.sql(statement, limits).then(
      (result) => result,
      (error: { code?: unknown }) => error.code ?? error,
    );
  }

  test('a tenant sees its own rows, and those of nobody else', async () => {
    const secret = { tenant: 'other', name: 'secret', user_id: 'secret user', service: 'secret service' };
    const foreign = modelCall(90, { tenant: 'other', question: 'a secret question' });
    await under.store.append({
      records: [recordAt(100, modelCall(1), bare(spanRow(2)), foreign, bare(spanRow(91, secret)))],
    });
    const statements = [
      `SELECT * FROM spans WHERE ${since}`,
      `SELECT * FROM spans WHERE ${since} AND tenant = 'other'`,
      `SELECT * FROM spans WHERE ${since} AND (tenant = 'other' OR TRUE)`,
      `SELECT * FROM spans AS foreign_spans WHERE foreign_spans.${since} AND foreign_spans.name <> 'span 2'`,
      `SELECT * FROM SPANS WHERE ${since}`,
      `SELECT content FROM messages WHERE first_time >= '2025-01-01'`,
      `WITH spans AS (SELECT * FROM spans WHERE ${since}) SELECT * FROM spans`,
      `SELECT a.name, b.name AS other_name FROM spans a JOIN spans b ON a.trace_id <> b.trace_id WHERE a.${since} AND b.${since}`,
      `SELECT name FROM spans WHERE ${since} UNION ALL SELECT service FROM spans WHERE ${since}`,
      `SELECT MAX(name) AS name, COUNT(*) AS n, MIN(tenant) AS tenant FROM spans WHERE ${since}`,
    ];
    const shown = async (statement: string, tenant: string) => {
      const result = await under.store.sql(statement, { ...limits, tenant }).catch((error) => String(error));
      return JSON.stringify(result);
    };
    for (const statement of statements) {
      const mine = await shown(statement, 'default');
      expect(/secret|"other"/.exec(mine)?.[0], statement).toBeUndefined();
      const nothing = await shown(statement, 'nobody');
      expect(/secret|"other"|"default"|span 1/.exec(nothing)?.[0], statement).toBeUndefined();
    }
    const ask = async (tenant: string) => {
      const statement = `SELECT COUNT(*) AS n FROM spans WHERE ${since}`;
      return (await under.store.sql(statement, { ...limits, tenant })).rows;
    };
    expect([await ask('default'), await ask('other'), await ask('nobody')]).toEqual([
      [{ n: 2 }],
      [{ n: 2 }],
      [{ n: 0 }],
    ]);
  });

  test('a statement that takes too long is stopped', async () => {
    await store(200);
    const tables = ['a', 'b', 'c', 'd', 'e', 'f'];
    const bounds = tables.map((table) => `${table}.${since}`).join(' AND ');
    const names = tables.map((table) => `${table}.name`).join(' || ');
    const statement = `SELECT sum(length(${names}))
      FROM ${tables.map((table) => `spans ${table}`).join(' CROSS JOIN ')} WHERE ${bounds}`;
    // The shortest time is over before the statement has begun.
    for (const timeout_ms of [200, 1])
      await expect(under.store.sql(statement, { ...limits, timeout_ms })).rejects.toMatchObject({
        code: 'timed_out',
      });
    for (const signal of [AbortSignal.timeout(200), AbortSignal.abort()])
      await expect(under.store.sql(statement, { ...limits, signal })).rejects.toThrow();
    expect(await rowsOf(under.store, 'spans')).toHaveLength(200);
  });
}
