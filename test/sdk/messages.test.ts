import { describe, expect, it } from 'vitest';
import { inputMessages, outputMessages } from '../../sdk/src/messages.ts';

describe('inputMessages', () => {
  it.each([
    ['a text', 'hi', [{ role: 'user', parts: [{ type: 'text', content: 'hi' }] }]],
    [
      'OpenAI chat with pictures, tools and their results',
      {
        messages: [
          { role: 'developer', content: 'Be brief.' },
          {
            role: 'user',
            name: 'ann',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
              { type: 'image_url', image_url: { url: 'https://host/cat.png' } },
              { type: 'input_audio', input_audio: { data: 'BBBB', format: 'wav' } },
            ],
          },
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'c1', function: { name: 'look', arguments: '{bad' } }],
          },
          { role: 'tool', tool_call_id: 'c1', content: 'a cat' },
        ],
      },
      [
        { role: 'developer', parts: [{ type: 'text', content: 'Be brief.' }] },
        {
          role: 'user',
          name: 'ann',
          parts: [
            { type: 'text', content: 'What is this?' },
            { type: 'blob', modality: 'image', mime_type: 'image/png', content: 'AAAA' },
            { type: 'uri', modality: 'image', uri: 'https://host/cat.png' },
            { type: 'blob', modality: 'audio', content: 'BBBB' },
          ],
        },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c1', name: 'look', arguments: '{bad' }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'a cat' }] },
      ],
    ],
    [
      'Anthropic',
      {
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm' },
              { type: 'tool_use', id: 't', name: 'n', input: { a: 1 } },
            ],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
        ],
      },
      [
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'hm' },
            { type: 'tool_call', id: 't', name: 'n', arguments: { a: 1 } },
          ],
        },
        { role: 'user', parts: [{ type: 'tool_call_response', id: 't', response: 'ok' }] },
      ],
    ],
    [
      'OpenAI responses',
      {
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
          { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"x":1}' },
          { type: 'function_call_output', call_id: 'c', output: '2' },
          {
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: 'thought' }],
            encrypted_content: 'secret',
          },
        ],
      },
      [
        { role: 'user', parts: [{ type: 'text', content: 'hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: { x: 1 } }] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', response: '2' }] },
        { role: 'assistant', parts: [{ type: 'reasoning', content: 'thought' }] },
      ],
    ],
    ['anything else', { order: 7 }, [{ role: 'user', parts: [{ type: 'text', content: '{"order":7}' }] }]],
    ['nothing', undefined, []],
  ])('understands %s', (_name, input, messages) => {
    expect(inputMessages(input).messages).toEqual(messages);
  });

  it('keeps instructions apart from messages', () => {
    const parts = [{ type: 'text', content: 'Be kind.' }];
    expect(inputMessages({ instructions: 'Be kind.', input: 'hi' }).instructions).toEqual(parts);
    expect(
      inputMessages({ system: [{ type: 'text', text: 'Be kind.' }], messages: [] }).instructions,
    ).toEqual(parts);
  });
});

describe('outputMessages', () => {
  it.each([
    ['a text', 'hi', { parts: [{ type: 'text', content: 'hi' }] }],
    [
      'Anthropic',
      { role: 'assistant', content: [{ type: 'text', text: 'hi' }] },
      { parts: [{ type: 'text', content: 'hi' }] },
    ],
    ['the AI SDK', { text: 'hi', usage: {} }, { parts: [{ type: 'text', content: 'hi' }] }],
    [
      'reasoning beside an answer, and a refusal',
      {
        choices: [
          { message: { reasoning_content: 'hm', content: 'hi', refusal: 'no' }, finish_reason: 'stop' },
        ],
      },
      {
        parts: [
          { type: 'reasoning', content: 'hm' },
          { type: 'text', content: 'hi' },
          { type: 'refusal', content: 'no' },
        ],
        finish_reason: 'stop',
      },
    ],
    ['anything else', { sum: 3 }, { parts: [{ type: 'text', content: '{"sum":3}' }] }],
  ])('understands %s', (_name, result, message) => {
    expect(outputMessages(result)).toEqual([{ role: 'assistant', ...message }]);
  });
});
