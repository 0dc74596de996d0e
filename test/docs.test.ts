import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errors } from '../collector/src/errors.ts';
import { option_table } from '../collector/src/options.ts';
import { pages } from '../docs/generate.ts';

const docs = new URL('../docs/', import.meta.url);

describe('generated pages', () => {
  test.each(Object.entries(pages()))('%s is what docs/generate.ts writes', (name, text) => {
    expect(readFileSync(new URL(name, docs), 'utf8')).toBe(text);
  });

  test('errors.md has a row for every code, with its status and something to do', () => {
    const rows = tableOf('errors.md');
    expect(rows.map(([code, status]) => [code, Number(status)])).toEqual(
      Object.entries(errors).map(([code, { status }]) => [`\`${code}\``, status]),
    );
    for (const row of rows) expect(row[4]?.length).toBeGreaterThan(10);
  });

  test('options.md has a row for every option, with its sentence', () => {
    expect(tableOf('options.md').map((row) => [row[0], row[4]])).toEqual(
      Object.values(option_table).map(({ environment, sentence }) => [`\`${environment}\``, sentence]),
    );
  });
});

test('links between pages lead to pages that exist', () => {
  const names = readdirSync(docs).filter((name) => name.endsWith('.md'));
  expect(names).not.toHaveLength(0);
  const links = names.flatMap((name) => [
    ...readFileSync(new URL(name, docs), 'utf8').matchAll(/\]\(([^):]+\.md)(#[^)]*)?\)/g),
  ]);
  expect(links).not.toHaveLength(0);
  for (const [, target] of links) expect(names).toContain(target);
});

/** The cells of the rows of a page's table, without its head. */
function tableOf(name: string): string[][] {
  const lines = readFileSync(new URL(name, docs), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
