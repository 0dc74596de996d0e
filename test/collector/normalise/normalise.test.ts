import { expect, it } from 'vitest';
import type { CanonicalFields, Dialect } from '../../../collector/src/normalise/dialect.ts';
import { dialects } from '../../../collector/src/normalise/dialects/index.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import { spanOf } from './support.ts';

function dialect(name: string, fields: CanonicalFields): Dialect {
  return { name, matches: () => true, map: () => fields };
}

it('asks OpenInference before the conventions', () => {
  const names = dialects.map(({ name }) => name);
  expect(names.at(-1)).toBe('otel_genai');
  expect(names).toContain('openinference');
});

it('takes each field from the first dialect that gives it', () => {
  const span = spanOf({
    attributes: {
      'openinference.span.kind': 'LLM',
      'llm.model_name': 'gpt-4o',
      'gen_ai.request.model': 'other',
      'gen_ai.response.id': 'r1',
    },
  });
  expect(normalise(span)).toMatchObject({
    dialect: 'openinference',
    fields: { request_model: 'gpt-4o', response_id: 'r1' },
  });
});

it('believes about a count only the dialect that gave it', () => {
  const first = dialect('first', { input_tokens: 100, cache_read_tokens: 40 });
  const second = dialect('second', { input_tokens: 60, input_includes_cache: false, output_tokens: 9 });
  expect(normalise(spanOf(), [first, second]).usage).toMatchObject({ input_tokens: 60, output_tokens: 9 });
  expect(normalise(spanOf(), [second, first]).usage).toMatchObject({ input_tokens: 60 });
  const only_cache = dialect('third', { cache_read_tokens: 40 });
  expect(normalise(spanOf(), [only_cache, second]).usage).toMatchObject({ input_tokens: 60 });
});

it('keeps the attributes of content that lost', () => {
  const message = (content: string) => [{ role: 'user', parts: [{ type: 'text', content }] }] as const;
  const first = dialect('first', { input_messages: message('a'), consumed: ['a'] });
  const second = dialect('second', { input_messages: message('b'), consumed: ['b'] });
  const normal = normalise(spanOf(), [first, second]);
  expect(normal.fields.input_messages).toEqual(message('a'));
  expect([...normal.consumed]).toEqual(['a']);
});

it('leaves a span no dialect knows as it is', () => {
  const span = spanOf({
    attributes: { 'http.method': 'GET', 'session.id': 's1', 'user.id': 'u1' },
    status_code: 1,
  });
  const normal = normalise(span);
  expect(normal).toMatchObject({
    dialect: null,
    is_leaf: false,
    status: 'ok',
    service: 'shop',
    environment: null,
  });
  expect(normal.fields).toEqual({ conversation_id: 's1', user_id: 'u1' });
  expect(normal.consumed.size).toBe(0);
});

it('reads service, environment, deployment and user from the resource', () => {
  const resource = {
    'service.name': 'shop',
    'deployment.environment': 'prod',
    'service.version': '1.2.3',
    'enduser.id': 'u1',
  };
  expect(normalise(spanOf({ resource }))).toMatchObject({
    service: 'shop',
    environment: 'prod',
    fields: { deployment_version: '1.2.3', user_id: 'u1' },
  });
  const own = spanOf({ resource, attributes: { 'sextant.deployment.version': '2', 'user.id': 'u2' } });
  expect(normalise(own).fields).toMatchObject({ deployment_version: '2', user_id: 'u2' });
});

it('takes the last exception for the error of a failed span only', () => {
  const events = ['Recovered', 'TimeoutError'].map((type) => ({
    name: 'exception',
    attributes: { 'exception.type': type },
  }));
  expect(normalise(spanOf({ events, status_code: 2 }))).toMatchObject({
    status: 'error',
    fields: { error_type: 'TimeoutError' },
  });
  expect(normalise(spanOf({ events })).fields.error_type).toBeUndefined();
  const named = spanOf({ events, status_code: 2, attributes: { 'error.type': '429' } });
  expect(normalise(named).fields.error_type).toBe('429');
});

it('counts single calls as leaves and aggregates not', () => {
  const isLeaf = (operation: string) =>
    normalise(spanOf({ attributes: { 'gen_ai.operation.name': operation } })).is_leaf;
  expect(['chat', 'generate_content', 'text_completion', 'embeddings', 'call_llm'].map(isLeaf)).not.toContain(
    false,
  );
  expect(
    ['invoke_agent', 'invoke_workflow', 'execute_tool', 'retrieval', 'plan', 'other'].map(isLeaf),
  ).not.toContain(true);
  const aggregate = dialect('sums', { operation: 'chat', is_aggregate: true });
  expect(normalise(spanOf(), [aggregate]).is_leaf).toBe(false);
});
