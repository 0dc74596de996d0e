import { agent, chain, embedding, model, tool, withConversation, withVersions } from '@sextant/sdk';
import { startTesting, type TestTracing } from '@sextant/sdk/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

let tracing: TestTracing;
beforeEach(() => {
  tracing = startTesting({ content: false, vectors: false });
});
afterEach(() => tracing.stop());

const run = chain('rag', async () => {
  await Promise.resolve();
  tool('search', () => 1)();
  tool('other', () => 1)();
  embedding('e', () => [1])();
  model('m', () => 'x')();
});

it('writes each version on the spans it is about, and the ids on all', async () => {
  await withConversation({ conversationId: 'c1', userId: 'u1' }, () =>
    withVersions(
      {
        prompt: { name: 'greeting', version: '7' },
        chain: { name: 'rag', version: '2' },
        tool: { name: 'search', version: '3' },
        agent: { version: '4' },
        adapter: { name: 'lora', version: '5' },
        deployment: '2026.11',
      },
      () => agent('support', run)(),
    ),
  );
  expect(tracing.spans().map(({ name, attributes }) => ({ name, ...attributes }))).toMatchSnapshot();
});

it('lets inner versions win and outer ones stand', () => {
  const ask = model('m', () => 'x');
  withVersions({ prompt: { name: 'a', version: '1' }, deployment: 'd1' }, () => {
    withVersions({ prompt: { name: 'b', version: '2' } }, ask);
    ask();
  });
  ask();
  expect(tracing.spans().map(({ attributes }) => attributes['gen_ai.prompt.version'])).toEqual([
    '2',
    '1',
    undefined,
  ]);
  expect(tracing.spans().map(({ attributes }) => attributes['sextant.deployment.version'])).toEqual([
    'd1',
    'd1',
    undefined,
  ]);
});

it('gives spans inside a chain its name and version, and the chain its own', () => {
  const inner = chain(
    'inner',
    model('m', () => 'x'),
    { version: '9' },
  );
  withVersions({ chain: { name: 'outer', version: '1' } }, inner);
  expect(
    tracing
      .spans()
      .map(({ attributes }) => [attributes['gen_ai.workflow.name'], attributes['sextant.chain.version']]),
  ).toEqual([
    ['inner', '9'],
    ['inner', '9'],
  ]);
});

it('keeps conversations of parallel requests apart', async () => {
  const ask = model('m', async () => 'x');
  const request = (id: string) =>
    withConversation({ conversationId: id }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await ask();
    });
  await Promise.all(['a', 'b', 'c'].map(request));
  expect(
    tracing
      .spans()
      .map(({ attributes }) => attributes['gen_ai.conversation.id'])
      .toSorted(),
  ).toEqual(['a', 'b', 'c']);
});
