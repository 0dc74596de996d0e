import { describe, expect, it } from 'vitest';
import { joinEvents, readEvent } from '../../../collector/src/normalise/event-messages.ts';
import { attributeValue, mapOf, type Plain, type PlainAttributes } from './support.ts';

function read(name: string, body: Plain, attributes: PlainAttributes = {}) {
  return readEvent({ name, body: attributeValue(body), attributes: mapOf(attributes) });
}

const text = (content: string) => ({ type: 'text', content });
const details = 'gen_ai.client.inference.operation.details';
const question = { role: 'user', parts: [text('Where is my order?')] };
const answer = { role: 'assistant', parts: [text('On its way.')], finish_reason: 'stop' };

describe('an event with everything', () => {
  const fields = {
    'gen_ai.system_instructions': [text('Be brief.')],
    'gen_ai.input.messages': [question],
    'gen_ai.output.messages': [answer],
  };
  const content = {
    form: 'details',
    input: [{ role: 'system', parts: [text('Be brief.')] }, question],
    output: [answer],
    finish_reasons: ['stop'],
  };
  const names = new Set(['gen_ai.input.messages', 'gen_ai.system_instructions', 'gen_ai.output.messages']);

  it('has structured attributes', () => {
    const kept = { attributes: names, body: new Set() };
    expect(read(details, null, fields)).toEqual({ ...content, kept });
  });

  it('has JSON text', () => {
    const texts = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    expect(read(details, null, texts)).toMatchObject(content);
  });

  it('has the same names in the body', () => {
    const kept = { attributes: new Set(), body: names };
    expect(read(details, fields)).toEqual({ ...content, kept });
  });

  it('keeps what the messages do not hold', () => {
    const unknown = { ...question, priority: 'high' };
    const found = read(details, null, {
      'gen_ai.input.messages': [unknown],
      'gen_ai.output.messages': [answer],
    });
    expect(found?.input).toEqual([question]);
    expect(found?.kept.attributes).toEqual(new Set(['gen_ai.output.messages']));
  });

  it('says why generation ended also where it holds no answer', () => {
    const attributes = { 'gen_ai.response.finish_reasons': ['tool_calls', 'max_tokens'] };
    expect(read(details, null, attributes)).toMatchObject({
      output: [],
      finish_reasons: ['tool_call', 'length'],
    });
  });
});

describe('an event of one message', () => {
  it.each([
    ['gen_ai.system.message', { content: 'Be brief.' }, { role: 'system', parts: [text('Be brief.')] }],
    ['gen_ai.user.message', { role: 'human', content: 'Hello' }, { role: 'human', parts: [text('Hello')] }],
    ['gen_ai.user.message', 'Hello', { role: 'user', parts: [text('Hello')] }],
    ['gen_ai.user.message', '{"content":"Hello"}', { role: 'user', parts: [text('Hello')] }],
    [
      'gen_ai.tool.message',
      { id: 'c1', content: 'sunny' },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'sunny' }] },
    ],
    [
      'gen_ai.assistant.message',
      {
        tool_calls: [
          { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
        ],
      },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c1', name: 'weather', arguments: { city: 'Oslo' } }],
      },
    ],
  ])('%s with the body %j', (name, body, message) => {
    expect(read(name, body as Plain)).toMatchObject({ form: 'message', input: [message], output: [] });
  });

  it('is the answer of a choice', () => {
    const body = { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'On its way.' } };
    expect(read('gen_ai.choice', body)).toEqual({
      form: 'message',
      input: [],
      output: [answer],
      finish_reasons: ['stop'],
      kept: { attributes: new Set(), body: new Set(['message']) },
    });
  });

  it('may lie in an attribute as JSON', () => {
    const attributes = { 'gen_ai.event.content': '{"role":"user","content":"Hello"}' };
    expect(read('gen_ai.user.message', null, attributes)?.input).toEqual([
      { role: 'user', parts: [text('Hello')] },
    ]);
  });

  it('says why generation ended where content was not captured', () => {
    const found = read('gen_ai.choice', { index: 0, finish_reason: 'length', message: {} });
    expect(found).toMatchObject({ output: [], finish_reasons: ['length'], kept: { body: new Set() } });
  });

  it.each([null, {}, 7, { content: '' }, { content: '<REDACTED>' }, [], { message: 7 }])(
    'holds nothing in %j',
    (body) => {
      expect(read('gen_ai.user.message', body)).toMatchObject({ input: [], kept: { body: new Set() } });
    },
  );

  it.each([
    ['all of a text', 'Hello', 'whole'],
    [
      'what became the message',
      { role: 'user', content: 'Hello', id: 'm1' },
      new Set(['content', 'tool_calls']),
    ],
    [
      'the message, not what stands beside it',
      { message: { content: 'Hello' }, content: 'x' },
      new Set(['message']),
    ],
    ['nothing of a text that is JSON', '{"content":"Hello","id":"m1"}', new Set()],
    ['nothing of a message with more to it', { message: { content: 'Hello', refusal: 'no' } }, new Set()],
    ['nothing of a call that is not one', { content: 'Hello', tool_calls: [{ id: 'c1' }] }, new Set()],
  ])('keeps %s', (_, body, kept) => {
    expect(read('gen_ai.user.message', body as Plain)?.kept.body).toEqual(kept);
  });
});

it('other events hold no messages', () => {
  for (const name of [
    '',
    'exception',
    'gen_ai.evaluation.result',
    'gen_ai.client.operation.exception',
    'constructor',
  ])
    expect(read(name, { content: 'Hello' })).toBeUndefined();
});

describe('the events of a span', () => {
  const event = (form: 'details' | 'message' | 'content', ...items: string[]) => ({ form, items });
  const join = (...events: ReturnType<typeof event>[]) => joinEvents(events, (content) => content.items);

  it('are joined when each is one message', () => {
    expect(join(event('message', 'a'), event('message'), event('message', 'b', 'c'))).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('speak in the newest form that has anything, the first of its form', () => {
    expect(
      join(
        event('content', 'old'),
        event('message', 'a'),
        event('details', 'new'),
        event('details', 'again'),
      ),
    ).toEqual(['new']);
    expect(join(event('details'), event('message', 'a'), event('content', 'old'))).toEqual(['a']);
    expect(join(event('details'), event('content', 'old'), event('content', 'older'))).toEqual(['old']);
  });

  it('may have nothing', () => {
    expect(join()).toBeUndefined();
    expect(join(event('details'), event('message'))).toBeUndefined();
  });
});
