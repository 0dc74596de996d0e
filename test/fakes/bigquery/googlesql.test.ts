import { describe, expect, test } from 'vitest';
import { translate } from './googlesql.ts';

describe('GoogleSQL for DuckDB', () => {
  test.each([
    ['SELECT @a, COUNTIF(x > 1) FROM `t` -- why', 'SELECT $a , count_if(x > 1) FROM "t"'],
    ['SELECT x IN UNNEST(@list) FROM t', 'SELECT x IN (SELECT unnest($list)) FROM t'],
    ["SELECT 'it\\'s' || \"two\"", "SELECT 'it''s' || 'two'"],
    ['SELECT CAST(DIV(a, 2) AS STRING)', 'SELECT CAST(divide(a , 2) AS VARCHAR)'],
    [
      'SELECT ARRAY_AGG(DISTINCT m IGNORE NULLS ORDER BY m)',
      'SELECT array_agg(DISTINCT m ORDER BY m) FILTER ((m) IS NOT NULL)',
    ],
    [
      'SELECT v FROM t, UNNEST(l) AS v WITH OFFSET AS p',
      'SELECT v FROM t , LATERAL (SELECT unnest(l) AS v, generate_subscripts(l, 1) - 1 AS p)',
    ],
    ['SELECT TIMESTAMP_TRUNC(TIMESTAMP_MICROS(@t), DAY)', "SELECT date_trunc('day', make_timestamp($t))"],
    ['SELECT x FROM `project.dataset.t`', 'SELECT x FROM "dataset"."t"'],
    ['WITH t AS (SELECT 1) (SELECT x FROM t)', 'WITH t AS ( SELECT 1 ) FROM ( SELECT x FROM t )'],
    ['SELECT CAST(NULL AS ARRAY<INT64>) LIMIT 0', 'SELECT CAST(NULL AS BIGINT[]) LIMIT 0'],
    ['SELECT LAX_STRING(j[@key])', "SELECT (((j -> $key)) ->> '$')"],
  ])('%s', (googlesql, duckdb) => {
    expect(translate(googlesql)).toMatchObject({ statement_type: 'SELECT', sql: duckdb });
  });

  test.each([
    ['an unknown function', 'SELECT APPROX_QUANTILES(x, 100) FROM t'],
    ['a function of DuckDB', "SELECT * FROM read_text('/etc/passwd')"],
    ['a file', "SELECT * FROM '/etc/passwd'"],
    ['a cast of DuckDB', 'SELECT x::BIGINT'],
    ['an operator of DuckDB', 'SELECT 7 // 2'],
    ['a keyword of DuckDB', "SELECT x ILIKE 'y'"],
    ['a parameter of DuckDB', 'SELECT $x'],
    ['a filter of DuckDB', 'SELECT COUNT(*) FILTER (x) FROM t'],
    ['a list literal', 'SELECT [1, 2]'],
    ['a type of DuckDB', 'SELECT CAST(x AS VARCHAR)'],
    ['an open text', "SELECT 'x"],
    ['an open parenthesis', 'SELECT COUNT(x'],
    ['an unknown statement', 'PRAGMA database_list'],
    ['nothing', ' -- nothing'],
  ])('%s is an error', (_, statement) => {
    expect(() => translate(statement)).toThrow(expect.objectContaining({ reason: 'invalidQuery' }));
  });

  test.each([
    ['DROP TABLE t', 'DROP'],
    ['INSERT INTO t VALUES (1)', 'INSERT'],
    ['SELECT 1; SELECT 2', 'SCRIPT'],
  ])('%s is known but not run', (statement, statement_type) => {
    expect(translate(statement)).toMatchObject({ statement_type, sql: null });
  });

  test('what looks like code inside a text stays text', () => {
    expect(translate("SELECT '-- /* @x $y ; `z` DROP'").sql).toBe("SELECT '-- /* @x $y ; `z` DROP'");
  });
});
