import { expect, it } from 'vitest';
import { loadDialect } from '../../../collector/src/normalise/load-dialect.ts';
import { spanOf } from './support.ts';

const moduleOf = (source: string) => `data:text/javascript,${encodeURIComponent(source)}`;

it('loads the default export of a module', async () => {
  const dialect = await loadDialect(
    moduleOf('export default { name: "ours", matches: () => true, map: () => ({ agent_name: "a" }) }'),
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
  await expect(loadDialect(moduleOf(source))).rejects.toMatchObject({
    name: 'SextantError',
    code: 'bad_request',
  });
});
