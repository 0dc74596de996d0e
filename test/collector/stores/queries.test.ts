import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadQuery, queries } from '../../../collector/src/stores/queries.ts';
import { translate } from '../../fakes/bigquery/googlesql.ts';

const folder = new URL('../../../dashboards/queries/', import.meta.url);
const names = Object.keys(queries).sort();
const parameter_signs = { duckdb: /\$([a-z_]\w*)/g, bigquery: /@([a-z_]\w*)/g } as const;

function withoutComments(text: string): string {
  return text.replace(/--.*$/gm, '');
}

describe.each(['duckdb', 'bigquery'] as const)('the queries for %s', (dialect) => {
  test('are those of the list', () => {
    const files = readdirSync(new URL(dialect, folder));
    expect(files.sort()).toEqual(names.map((name) => `${name}.sql`));
  });

  test.each(names)('%s begins with a sentence, then its scope', (name) => {
    const [sentence, scope] = readFileSync(new URL(`${dialect}/${name}.sql`, folder), 'utf8').split('\n');
    expect(sentence).toMatch(/^-- [A-Z].*\.$/);
    expect(scope).toMatch(/^-- scope: (days|range|since|sketched|all)$/);
  });

  test.each(names)('%s has the parameters of the list', (name) => {
    const { text, parameters } = loadQuery(dialect, name);
    const used = [...withoutComments(text).matchAll(parameter_signs[dialect])].map((match) => match[1]);
    expect([...new Set(used)].sort()).toEqual(Object.keys(parameters).sort());
  });
});

test.each(names)('%s has one scope, and one description', (name) => {
  const [duckdb, bigquery] = (['duckdb', 'bigquery'] as const).map((dialect) => loadQuery(dialect, name));
  expect(bigquery?.scope).toBe(duckdb?.scope);
  expect(bigquery?.text.split('\n', 2)).toEqual(duckdb?.text.split('\n', 2));
  if (duckdb?.scope === 'days') expect(Object.keys(duckdb.parameters)).toContain('limit');
});

test.each(names)('%s for BigQuery is one SELECT', (name) => {
  expect(translate(loadQuery('bigquery', name).text).statement_type).toBe('SELECT');
});

test('a name that is not in the list is refused', () => {
  for (const name of ['nothing', '../duckdb/traces', 'constructor', '__proto__', ''])
    expect(() => loadQuery('duckdb', name)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});
