import { expect, it } from 'vitest';
import { count, fieldReader, seconds, text } from '../../../collector/src/normalise/fields.ts';
import { mapOf } from './support.ts';

const read = fieldReader({
  request_model: text('model.new', 'model.old'),
  input_tokens: count('tokens.new', 'tokens.old'),
  ttft_ms: seconds('first_token'),
});

it('takes the newest name, in whatever order the attributes come', () => {
  const attributes = mapOf({ 'model.old': 'a', 'model.new': 'b', 'tokens.new': 1, 'tokens.old': 2 });
  expect(read(attributes, {})).toStrictEqual({ request_model: 'b', input_tokens: 1 });
});

it('goes on to an older name where the value is of another type', () => {
  const attributes = mapOf({
    'model.new': '[REDACTED]',
    'model.old': 'a',
    'tokens.new': -1,
    'tokens.old': '7',
  });
  expect(read(attributes, {})).toStrictEqual({ request_model: 'a', input_tokens: 7 });
});

it('gives durations in milliseconds', () => {
  expect(read(mapOf({ first_token: 0.25 }), {})).toStrictEqual({ ttft_ms: 250 });
});

it('adds other fields that have a value and no place had', () => {
  const others = { request_model: 'derived', operation: 'chat', provider: undefined, consumed: [] };
  expect(read(mapOf({ 'model.new': 'read' }), others)).toStrictEqual({
    request_model: 'read',
    operation: 'chat',
  });
  expect(read(mapOf({}), others)).toStrictEqual({ request_model: 'derived', operation: 'chat' });
});
