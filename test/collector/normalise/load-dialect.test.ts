import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadDialect } from '../../../collector/src/normalise/load-dialect.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { spanOf } from './support.ts';

function moduleOf(source: string): string {
  const path = join(temporaryFolder(), 'ours.mjs');
  writeFileSync(path, source);
  return path;
}

it('loads the default export of a module', async () => {
  const dialect = await loadDialect(
    moduleOf('export default { name: "ours", matches: () => true, map: () => ({ agent_name: "a" }) }'),
    () => undefined,
  );
  expect(dialect.name).toBe('ours');
  expect(dialect.map(spanOf())).toEqual({ agent_name: 'a' });
});

it.each([
  ['export default 5'],
  ['export const name = "ours"'],
  ['export default { name: "Not a column", matches() {}, map() {} }'],
  ['export default { name: "ours", matches() {} }'],
  ['throw new Error("broken")'],
])('refuses %s', async (source) => {
  await expect(loadDialect(moduleOf(source), () => undefined)).rejects.toMatchObject({
    name: 'SextantError',
    code: 'bad_request',
  });
});

it('takes an error of the module for "not recognised", and reports it', async () => {
  const reported: unknown[] = [];
  const source = 'export default { name: "ours", matches() { throw 1 }, map() { throw 2 } }';
  const dialect = await loadDialect(moduleOf(source), (error) => reported.push(error));
  expect(dialect.matches(spanOf())).toBe(false);
  expect(dialect.map(spanOf())).toEqual({});
  expect(reported).toEqual([1, 2]);
});
