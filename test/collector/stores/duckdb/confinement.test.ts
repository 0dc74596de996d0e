import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onDays } from '../../../../collector/src/stores/duckdb/confinement.ts';
import { DayFiles } from '../../../../collector/src/stores/duckdb/day-files.ts';
import { openDaysOnRecord } from '../../../../collector/src/stores/duckdb/days-on-record.ts';
import { Readers } from '../../../../collector/src/stores/duckdb/readers.ts';
import { openDuckDbStore } from '../../../../collector/src/stores/duckdb/store.ts';
import { tables } from '../../../../collector/src/stores/schema.ts';
import type { Store } from '../../../../collector/src/stores/store.ts';
import { bare, day_us, noon_us, recordAt, spanRow } from '../../../contracts/store/rows.ts';
import { recordingLog } from '../../../support/log.ts';

/**
 * What a tenant could try to see rows of another. Names of its own spans are numbers, those of the other tenant
 * are not: whatever looks at them by a cast fails and would tell.
 */
let folder: string;
let store: Store;
const secret = 'SECRET';

const settings = () => ({
  folder,
  memory_bytes: 2 ** 28,
  log: recordingLog(),
  deduplication_hours: 0,
  record: openDaysOnRecord(new DatabaseSync(':memory:'), Date.now),
});
const open = () =>
  openDuckDbStore({ ...settings(), control: new DatabaseSync(':memory:'), query_timeout_ms: 10_000 });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-confinement-'));
  writeFileSync(join(folder, 'rows.csv'), `name\n${secret}\n`);
  store = await open();
  for (const day of [0, 1]) {
    const spans = Array.from({ length: 400 }, (_, index) => {
      const mine = index % 2 === 0;
      const start_time = noon_us + day * day_us + index * 1_000;
      const shared = { start_time, input_tokens: index, finish_reasons: [mine ? '1' : secret] };
      const who = { tenant: mine ? 'default' : 'other', name: mine ? String(index) : `${secret} ${index}` };
      return bare(spanRow(day * 1_000 + index, { ...shared, ...who }));
    });
    await store.append({ records: [recordAt(100 + day, ...spans)] });
  }
  // From the files, not from what is still in memory.
  await store.close();
  store = await open();
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const limits = { tenant: 'default', rows_max: 1_000, timeout_ms: 10_000 };
const shown = async (statement: string) =>
  JSON.stringify(await store.sql(statement, limits).catch((error: { code?: string }) => String(error.code)));

describe('ways around the tables of the schema', () => {
  it.each([
    'SELECT * FROM memory.main.spans',
    'SELECT * FROM main.spans',
    'SELECT * FROM memory.empty.spans',
    'SELECT * FROM temp.main.spans',
    'SELECT * FROM "2025-03-10".main.spans',
    'SELECT * FROM "2025-03-10".spans',
    'SELECT * FROM "2025-03-10".main.progress',
    'SELECT * FROM progress',
    'SELECT * FROM information_schema.tables',
    'SELECT * FROM pg_catalog.pg_class',
    'SELECT * FROM pg_class',
    'SELECT * FROM duckdb_views',
    'SELECT * FROM duckdb_views()',
    'SELECT * FROM duckdb_tables',
    'SELECT * FROM duckdb_variables()',
    'SELECT * FROM duckdb_temporary_files()',
    'SELECT * FROM sqlite_master',
    'SELECT * FROM pragma_database_list',
    'SELECT * FROM pragma_storage_info(\'"2025-03-10".main.spans\')',
    "SELECT * FROM pragma_table_info('spans')",
    "SELECT * FROM query('SELECT * FROM memory.main.spans')",
    "SELECT * FROM query_table('memory.main.spans')",
    "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM memory.main.spans'))",
    "SELECT json_serialize_plan('SELECT * FROM memory.main.spans')",
    'SELECT stats(name) FROM spans',
    'SELECT STATS(name) FROM spans',
    'SELECT name.stats() FROM spans',
    'SELECT system.main.stats(name) FROM spans',
    'SELECT list_transform([name], x -> stats(x)) FROM spans',
    'SELECT count(*) FROM spans GROUP BY stats(name)',
    "SELECT getvariable('tenant')",
    "SELECT current_setting('temp_directory')",
    'SELECT pg_get_viewdef(1)',
    "SELECT write_log('x')",
    "SELECT nextval('x')",
    "SET VARIABLE tenant = 'other'",
    "SET VARIABLE tenant = 'other'; SELECT * FROM spans",
    "SELECT * FROM (SET VARIABLE tenant = 'other')",
    'RESET VARIABLE tenant',
    'PREPARE x AS SELECT * FROM memory.main.spans',
    'EXECUTE x',
    'USE memory.main',
    'EXPLAIN ANALYZE SELECT * FROM spans',
    'SHOW TABLES',
    'SHOW ALL TABLES',
    'SELECT * FROM (SHOW ALL TABLES)',
    'SUMMARIZE memory.main.spans',
    'DESCRIBE memory.main.spans',
    'DROP VIEW spans',
    'CREATE OR REPLACE TEMP VIEW spans AS SELECT * FROM memory.main.spans',
    'PIVOT memory.main.spans ON tenant USING count(*)',
    "SELECT * FROM (PIVOT memory.main.spans ON tenant IN ('other') USING count(*))",
    'SELECT * FROM (UNPIVOT memory.main.spans ON name)',
    'SELECT (SELECT max(name) FROM memory.main.spans)',
    'SELECT 1 WHERE EXISTS (FROM memory.main.spans)',
    'VALUES ((SELECT max(name) FROM memory.main.spans))',
    'TABLE memory.main.spans',
    'FROM spans, LATERAL (FROM memory.main.spans)',
    'FROM spans SEMI JOIN memory.main.spans AS other USING (span_id)',
    'SELECT * FROM spans ORDER BY (SELECT max(name) FROM memory.main.spans)',
    'SELECT * FROM spans LIMIT (SELECT count(*) FROM memory.main.spans)',
    'SELECT max(name) OVER (ORDER BY (SELECT max(name) FROM memory.main.spans)) FROM spans',
    'WITH x AS (FROM memory.main.spans) FROM x',
    'WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT 1 FROM memory.main.spans) FROM x',
  ])('%s', async (statement) => {
    expect(await shown(statement)).toBe('"bad_sql"');
  });

  it('files, also under the name of a common table expression that is out of scope', async () => {
    const file = join(folder, 'rows.csv');
    const database = join(folder, '2025-03-10.duckdb');
    for (const statement of [
      `FROM '${file}'`,
      `FROM "${file}"`,
      `FROM read_csv('${file}')`,
      `FROM read_text('${file}')`,
      `FROM read_blob('${database}')`,
      `FROM sniff_csv('${file}')`,
      `FROM glob('${folder}/*')`,
      `FROM (WITH "${file}" AS (SELECT 1) SELECT 1), "${file}"`,
      `WITH "${file}" AS (SELECT * FROM "${file}") SELECT * FROM "${file}"`,
      `WITH a AS (SELECT * FROM "${file}"), "${file}" AS (SELECT 1) SELECT * FROM a`,
      `WITH RECURSIVE "${file}" AS (SELECT * FROM "${file}" UNION ALL SELECT * FROM "${file}") FROM "${file}"`,
      `(WITH "${file}" AS (SELECT 1 AS name) FROM "${file}") UNION ALL FROM "${file}"`,
      'WITH duckdb_views AS (SELECT * FROM duckdb_views) SELECT sql FROM duckdb_views',
    ])
      expect(await shown(statement), statement).toBe('"bad_sql"');
  });

  it('common table expressions are seen where DuckDB sees them', async () => {
    for (const [statement, rows] of [
      ['WITH a AS (SELECT 1 AS n), b AS (SELECT n + 1 AS n FROM a) SELECT n FROM b', [{ n: 2 }]],
      ['WITH a AS (SELECT 1 AS n) SELECT (WITH b AS (SELECT n FROM a) SELECT n FROM b) AS n', [{ n: 1 }]],
      [
        'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 2) FROM r',
        [{ n: 1 }, { n: 2 }],
      ],
      [
        'WITH a AS (SELECT 1 AS n) (FROM a) UNION ALL (WITH c AS (SELECT 3 AS n) FROM c)',
        [{ n: 1 }, { n: 3 }],
      ],
    ] as const)
      expect((await store.sql(statement, limits)).rows, statement).toEqual(rows);
  });
});

describe('statements that would fail on a row of another tenant', () => {
  it.each([
    'SELECT sum(name::INT) FROM spans',
    'SELECT count(*) FROM spans WHERE name::INT > 5',
    'SELECT count(*) FROM spans WHERE name::INT > 5 AND input_tokens < 100',
    "SELECT count(*) FROM spans WHERE tenant = 'other' AND name::INT > 5",
    "SELECT count(*) FROM spans WHERE tenant IN ('default', 'other') AND name::INT > 5",
    "SELECT count(*) FROM spans WHERE start_time > '2025-03-11' AND name::INT > 5",
    'SELECT count(*) FROM (SELECT name::INT AS x FROM spans) WHERE x > 5',
    `SELECT count(*) FROM spans WHERE CASE WHEN name LIKE '${secret}%' THEN error(name) IS NULL ELSE TRUE END`,
    `SELECT count(*) FROM spans WHERE CASE WHEN name LIKE '${secret}%' THEN exp(input_tokens + 1e6) > 0 ELSE TRUE END`,
    `SELECT CASE WHEN name LIKE '${secret}%' THEN error(name) END AS x FROM spans`,
    'SELECT count(*) FROM spans a JOIN spans b ON a.name::INT = b.name::INT',
    'SELECT count(*) FROM spans a JOIN spans b USING (span_id) WHERE a.name::INT > b.name::INT',
    'SELECT count(*) FROM spans a, (SELECT name::INT AS x FROM spans) b WHERE a.input_tokens = b.x',
    'SELECT * FROM (SELECT name::INT x, row_number() OVER (ORDER BY start_time) r FROM spans) WHERE r < 3',
    'SELECT name::INT FROM spans ORDER BY name::INT LIMIT 3',
    'SELECT name::INT FROM spans ORDER BY start_time DESC LIMIT 3',
    'SELECT max(name::INT) FROM spans GROUP BY input_tokens % 3',
    'SELECT count(*) FROM spans t WHERE EXISTS (FROM spans u WHERE u.name::INT = t.input_tokens)',
    'SELECT count(*) FROM spans WHERE input_tokens IN (SELECT name::INT FROM spans)',
    'SELECT count(*) FROM (SELECT unnest(finish_reasons)::INT AS x FROM spans) WHERE x > 0',
    'SELECT count(*) FROM spans WHERE list_transform(finish_reasons, x -> x::INT)[1] > 0',
    'SELECT count(DISTINCT name::INT) FROM spans',
    'SELECT (SELECT name::INT FROM spans u WHERE u.span_id = t.span_id LIMIT 1) FROM spans t LIMIT 3',
    'SELECT count(*) FROM spans t SEMI JOIN (SELECT name::INT AS x FROM spans) u ON t.input_tokens = u.x',
    'SELECT count(*) FROM spans WHERE name::INT BETWEEN 1 AND 10 OR input_tokens = 4',
    'WITH x AS MATERIALIZED (SELECT name::INT v FROM spans) SELECT count(*) FROM x WHERE v > 2',
    'WITH x AS (SELECT name::INT v FROM spans) SELECT count(*) FROM x a JOIN x b USING (v) WHERE a.v > 2',
    'SELECT name::INT FROM spans TABLESAMPLE 10 ROWS WHERE name::INT >= 0',
    'SELECT count(*) FROM (SELECT name::INT x FROM spans INTERSECT SELECT name::INT FROM spans)',
    'SELECT x, count(*) FROM (SELECT name::INT x FROM spans) GROUP BY ALL HAVING x = 2',
    'SELECT count(*) FROM (SELECT DISTINCT ON (input_tokens % 2) name::INT x FROM spans ORDER BY start_time)',
    'SELECT sum(name::INT) FROM spans ASOF JOIN (FROM spans) u USING (name, start_time)',
    "SELECT min(COLUMNS(c -> c = 'name')::INT) FROM spans",
    "SELECT * FROM (PIVOT (SELECT name::INT x, status FROM spans) ON status IN ('unset') USING count(*)) LIMIT 1",
    'SUMMARIZE SELECT name::INT FROM spans',
    'SUMMARIZE spans',
    'SELECT approx_quantile(name::INT, 0.5) FROM spans',
    'SELECT arg_max(name::INT, input_tokens) FROM spans',
    'SELECT histogram(name) FROM spans',
    'SELECT * FROM spans POSITIONAL JOIN (SELECT name::INT FROM spans)',
  ])('%s', async (statement) => {
    const text = await shown(statement);
    expect(text).toMatch(/^\{"columns"/);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('"other"');
  });
});

async function openReaders(at: string) {
  const files = await DayFiles.open({ ...settings(), folder: at });
  return { files, readers: new Readers(files) };
}

interface PlanNode {
  readonly name: string;
  readonly children: readonly PlanNode[];
  readonly extra_info: { readonly Table?: string; readonly Filters?: string | readonly string[] };
}

function scansOf(nodes: readonly PlanNode[]): PlanNode['extra_info'][] {
  return nodes.flatMap(({ name, children, extra_info }) => [
    ...(name.trim() === 'SEQ_SCAN' && extra_info.Table?.startsWith('"') ? [extra_info] : []),
    ...scansOf(children),
  ]);
}

describe('the view of a tenant', () => {
  it('stands before every table', async () => {
    for (const [name, { columns }] of Object.entries(tables)) expect(columns, name).toHaveProperty('tenant');
    const { files, readers } = await openReaders(mkdtempSync(join(folder, 'views-')));
    for (const name of Object.keys(tables)) {
      const plan = await readers.use({ tenant: 'default', timeout_ms: 5_000 }, (connection) =>
        connection.runAndReadAll(`EXPLAIN (FORMAT json) SELECT * FROM ${name}`),
      );
      expect(String(plan.getRows()[0]?.[1]), name).toMatch(
        /tenant='default'|tenant = 'default'|EMPTY_RESULT/,
      );
    }
    readers.close();
    await files.close();
  });

  it('hands its condition and those of the statement down to the scan of each file', async () => {
    await store.close();
    const { files, readers } = await openReaders(folder);
    const scans = (statement: string) =>
      readers.use({ tenant: 'default', timeout_ms: 5_000 }, async (connection) => {
        const plan = await connection.runAndReadAll(`EXPLAIN (FORMAT json) ${statement}`);
        return scansOf(JSON.parse(String(plan.getRows()[0]?.[1])));
      });
    const both = await scans('SELECT name FROM spans WHERE input_tokens > 7');
    expect(both.map(({ Table }) => Table)).toEqual(['"2025-03-11".main.spans', '"2025-03-10".main.spans']);
    for (const { Filters } of both) expect(Filters).toEqual(["tenant='default'", 'input_tokens>7']);
    // DuckDB knows from the files that the other day has no row this early.
    const early = await scans("SELECT name FROM spans WHERE start_time < '2025-03-10 12:00:00.2'");
    expect(early).toMatchObject([{ Table: '"2025-03-10".main.spans' }]);
    expect(String(early[0]?.Filters)).toContain('start_time<');
    readers.close();
    await files.close();
    store = await open();
  });

  it('stands before the tables of single days as well, and no other day is looked at', async () => {
    await store.close();
    const { files, readers } = await openReaders(folder);
    for (const name of Object.keys(tables)) {
      const plan = await readers.use({ tenant: 'default', timeout_ms: 5_000 }, (connection) =>
        connection.runAndReadAll(`EXPLAIN (FORMAT json) ${onDays(`SELECT * FROM ${name}`, ['2025-03-10'])}`),
      );
      const text = String(plan.getRows()[0]?.[1]);
      expect(text, name).toMatch(/tenant='default'|tenant = 'default'|EMPTY_RESULT/);
      for (const { Table } of scansOf(JSON.parse(text))) expect(Table).toBe(`"2025-03-10".main.${name}`);
    }
    const both = onDays('SELECT name FROM spans -- all', ['2025-03-10', '2025-03-11']);
    const rows = await readers.use({ tenant: 'default', timeout_ms: 5_000 }, async (connection) =>
      (await connection.runAndReadAll(both)).getRows(),
    );
    expect(rows).toHaveLength(400);
    expect(JSON.stringify(rows)).not.toContain(secret);
    readers.close();
    await files.close();
    store = await open();
  });

  it('goes by the statement, on whatever connection it runs', async () => {
    const count = async (tenant: string) => {
      const { rows } = await store.sql('SELECT count(*) AS n, min(tenant) AS t FROM spans', {
        ...limits,
        tenant,
      });
      return rows[0];
    };
    const tenants = Array.from(
      { length: 60 },
      (_, index) => ['default', 'other', 'nobody'][index % 3] as string,
    );
    const rows = {
      default: { n: 400, t: 'default' },
      other: { n: 400, t: 'other' },
      nobody: { n: 0, t: null },
    };
    const expected = tenants.map((tenant) => rows[tenant as keyof typeof rows]);
    expect(await Promise.all(tenants.map(count))).toEqual(expected);
  });

  it('takes the name of a tenant for data', async () => {
    for (const tenant of ["x' OR TRUE --", "'; DROP VIEW spans; --", '$tenant', ''])
      expect((await store.sql('SELECT * FROM spans', { ...limits, tenant })).rows).toEqual([]);
  });

  it('stands before the named queries as well', async () => {
    const rows = await store.query('traces', { tenant: 'nobody', limit: 10 });
    expect(rows).toEqual([]);
    expect(await store.query('traces', { tenant: 'default', limit: 10 })).toHaveLength(10);
  });
});

it('knows every function that looks beyond its arguments', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const names = async (statement: string) =>
    (await connection.runAndReadAll(statement)).getRows().map(([name]) => String(name));
  const suspicious = [
    ...(await names("SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability = 'VOLATILE'")),
    ...(await names(
      "SELECT function_name FROM duckdb_functions() WHERE function_type = 'macro' AND macro_definition ILIKE '%select%'",
    )),
  ];
  expect(suspicious).toContain('stats');
  const passed = [];
  for (const name of suspicious) {
    const message = await store.sql(`SELECT ${name}()`, limits).catch((error: Error) => error.message);
    if (!String(message).includes('is not allowed')) passed.push(name);
  }
  // These give nothing but chance, an error, or the number and the text of the statement itself.
  const harmless = [
    'current_connection_id',
    'current_query',
    'current_query_id',
    'current_transaction_id',
    'error',
  ];
  const chance = ['gen_random_uuid', 'random', 'uuid', 'uuidv4', 'uuidv7'];
  expect(passed.sort()).toEqual([...harmless, ...chance].sort());
});
