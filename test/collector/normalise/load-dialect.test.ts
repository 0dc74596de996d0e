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

it.each([
  ['nothing', '', {}],
  ['a text', '"chat"', {}],
  ['a number for a text', '{ request_model: 5, agent_name: "a" }', { agent_name: 'a' }],
  ['half a token', '{ input_tokens: 1.5, output_tokens: 3 }', { output_tokens: 3 }],
  ['a text for a list', '{ finish_reasons: "stop", ttft_ms: 0.5 }', { ttft_ms: 0.5 }],
  ['a message that is a text', '{ input_messages: ["hello"], tool_name: "t" }', { tool_name: 't' }],
  [
    'a message without parts',
    '{ input_messages: [{ role: "user" }], is_aggregate: true }',
    { is_aggregate: true },
  ],
  ['a message that is no JSON', '{ input_messages: [{ role: "user", parts: [{ type: "t", n: 1n }] }] }', {}],
  ['a vector of another kind', '{ vectors: [{ vector: [1, 2] }], consumed: ["a"] }', { consumed: ['a'] }],
])('takes %s for not given, reports it, and keeps the rest', async (_, given, kept) => {
  const reported: unknown[] = [];
  const source = `export default { name: "ours", matches: () => true, map() { return ${given} } }`;
  const dialect = await loadDialect(moduleOf(source), (error) => reported.push(error));
  expect(dialect.map(spanOf())).toEqual(kept);
  expect(reported).toEqual([expect.any(TypeError)]);
});

it('keeps what is right as it is', async () => {
  const given = `{ operation: "chat", finish_reasons: ["stop"], input_includes_cache: false, reported_cost_usd: 0.1,
    output_messages: [{ role: "assistant", parts: [{ type: "text", content: "" }] }],
    vectors: [{ vector: new Float32Array([1]), text: "a" }, { vector: new Float32Array([2]) }] }`;
  const source = `export const given = ${given}; export default { name: "ours", matches: () => true, map: () => given }`;
  const path = moduleOf(source);
  const dialect = await loadDialect(path, (error) => expect.fail(String(error)));
  const module = (await import(path)) as { given: object };
  expect(dialect.map(spanOf())).toEqual(module.given);
});
