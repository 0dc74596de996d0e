import { describe, expect, it } from 'vitest';
import { otel_genai } from '../../../collector/src/normalise/dialects/otel-genai.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import { decodeFile, has_data, originalAttributes } from './data.ts';
import { type PlainAttributes, spanOf } from './support.ts';

const map = (attributes: PlainAttributes) => otel_genai.map(spanOf({ attributes }));
const text = (content: string) => ({ type: 'text', content });

describe('names', () => {
  it('prefers the newest spelling and accepts every older one', () => {
    expect(
      map({
        'gen_ai.usage.prompt_tokens': 1,
        'gen_ai.usage.input_tokens': 2,
        'gen_ai.usage.completion_tokens': 3,
      }),
    ).toMatchObject({ input_tokens: 2, output_tokens: 3 });
    expect(map({ 'gen_ai.usage.cache_creation.input_tokens': 4 })).toEqual({ cache_write_tokens: 4 });
    expect(
      map({ 'gen_ai.usage.cache_creation.input_tokens': 4, 'gen_ai.usage.cache_write.input_tokens': 5 }),
    ).toEqual({ cache_write_tokens: 5 });
    expect(map({ 'gen_ai.openai.response.service_tier': 'flex' })).toEqual({ service_tier: 'flex' });
  });

  it('takes no framework for a provider and looks under the older name instead', () => {
    expect(map({ 'gen_ai.provider.name': 'microsoft.agent_framework' })).toEqual({});
    expect(map({ 'gen_ai.provider.name': 'strands-agents', 'gen_ai.system': 'aws.bedrock' })).toEqual({
      provider: 'aws.bedrock',
    });
  });

  it('counts a value of the wrong type as not given', () => {
    expect(
      map({
        'gen_ai.usage.input_tokens': 'abc',
        'gen_ai.usage.output_tokens': -1,
        'gen_ai.usage.cache_read.input_tokens': 1.5,
        'gen_ai.response.time_to_first_chunk': -0.2,
        'gen_ai.request.model': true,
        'gen_ai.agent.name': '',
        'gen_ai.input.messages': 7,
        'gen_ai.usage.cost': Number.NaN,
      }),
    ).toEqual({});
  });

  it('reads counts sent as text, durations in milliseconds and a single finish reason', () => {
    expect(
      map({
        'gen_ai.usage.input_tokens': '31',
        'gen_ai.response.time_to_first_chunk': 0.25,
        'sextant.server.time_in_queue': 0.5,
        'gen_ai.response.finish_reason': 'tool-calls',
      }),
    ).toEqual({ input_tokens: 31, ttft_ms: 250, queue_ms: 500, finish_reasons: ['tool_call'] });
  });

  it('infers the operation where its name is missing', () => {
    expect(map({ 'gen_ai.tool.name': 'find', 'gen_ai.request.model': 'm' }).operation).toBe('execute_tool');
    expect(map({ 'gen_ai.embeddings.dimension.count': 8, 'gen_ai.request.model': 'm' }).operation).toBe(
      'embeddings',
    );
    expect(map({ 'gen_ai.request.model': 'm' }).operation).toBe('chat');
    expect(map({ 'gen_ai.operation.name': 'handle_turn', 'gen_ai.request.model': 'm' }).operation).toBe(
      'handle_turn',
    );
  });

  it('adds reported parts of a cost, and takes only US dollars', () => {
    expect(map({ 'gen_ai.usage.input_cost': 0.25, 'gen_ai.usage.output_cost': 0.5 })).toEqual({
      reported_cost_usd: 0.75,
    });
    expect(map({ 'gen_ai.usage.cost.amount': 1, 'gen_ai.usage.cost.currency': 'EUR' })).toEqual({});
  });
});

describe('messages', () => {
  it('reads them as JSON text and as structure, with the system instructions first', () => {
    const structured = map({
      'gen_ai.system_instructions': [{ type: 'text', content: 'Be brief.' }],
      'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hello' }] }],
    });
    const json = map({
      'gen_ai.system_instructions': '[{"type":"text","content":"Be brief."}]',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]',
    });
    expect(structured).toEqual(json);
    expect(json.input_messages).toEqual([
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('Hello')] },
    ]);
    expect(json.consumed).toEqual(['gen_ai.input.messages', 'gen_ai.system_instructions']);
  });

  it('reads the events of older versions', () => {
    const span = spanOf({
      attributes: { 'gen_ai.operation.name': 'chat' },
      events: [
        { name: 'gen_ai.system.message', attributes: { content: 'Be brief.' } },
        { name: 'gen_ai.user.message', attributes: { content: '[{"text":"Weather?"}]' } },
        { name: 'gen_ai.tool.message', attributes: { id: 'c1', content: 'sunny' } },
        {
          name: 'gen_ai.choice',
          attributes: { message: '{"role":"assistant","content":"Sunny."}', finish_reason: 'stop' },
        },
      ],
    });
    expect(otel_genai.map(span)).toEqual({
      operation: 'chat',
      input_messages: [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Weather?')] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'sunny' }] },
      ],
      output_messages: [{ role: 'assistant', parts: [text('Sunny.')], finish_reason: 'stop' }],
      finish_reasons: ['stop'],
    });
  });

  it('reads the event with the details of the operation', () => {
    const span = spanOf({
      events: [
        {
          name: 'gen_ai.client.inference.operation.details',
          attributes: {
            'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: 'Hello' }] }],
          },
        },
      ],
    });
    expect(otel_genai.matches(span)).toBe(true);
    expect(otel_genai.map(span)).toEqual({ input_messages: [{ role: 'user', parts: [text('Hello')] }] });
  });

  it('reads flattened attributes out of order and with gaps, up to the thousandth', () => {
    const fields = map({
      'gen_ai.prompt.7.content': 'second',
      'gen_ai.prompt.7.role': 'user',
      'gen_ai.prompt.0.role': 'system',
      'gen_ai.prompt.0.content': 'first',
      'gen_ai.prompt.1000.content': 'beyond',
      'gen_ai.prompt.01.content': 'not an index',
      'gen_ai.completion.0.tool_calls.0.name': 'find',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"q":1}',
      'gen_ai.completion.0.finish_reason': 'tool_calls',
    });
    expect(fields.input_messages).toEqual([
      { role: 'system', parts: [text('first')] },
      { role: 'user', parts: [text('second')] },
    ]);
    expect(fields.output_messages).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', name: 'find', arguments: { q: 1 } }],
        finish_reason: 'tool_calls',
      },
    ]);
    expect(fields.finish_reasons).toEqual(['tool_call']);
    expect(fields.consumed).not.toContain('gen_ai.prompt.1000.content');
    expect(fields.consumed).toHaveLength(7);
  });

  it('takes what stands for hidden content as no content', () => {
    expect(
      map({
        'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"<REDACTED>"}]}]',
        'gen_ai.prompt': '[REDACTED]',
        'gen_ai.completion': '<REDACTED>',
      }),
    ).toEqual({});
  });

  it('keeps an attribute that holds more than the messages do', () => {
    const extra = map({ 'gen_ai.input.messages': '[{"role":"user","content":"Hello","weight":3}]' });
    expect(extra.input_messages).toEqual([{ role: 'user', parts: [text('Hello')] }]);
    expect(extra.consumed).toBeUndefined();
    const digits = map({
      'gen_ai.output.messages':
        '[{"role":"assistant","parts":[{"type":"tool_call","name":"find","arguments":{"id":12345678901234567890}}]}]',
    });
    expect(digits.output_messages).toHaveLength(1);
    expect(digits.consumed).toBeUndefined();
  });

  it('keeps a key named __proto__ as data', () => {
    const fields = map({
      'gen_ai.output.messages':
        '[{"role":"assistant","parts":[{"type":"tool_call","name":"find","arguments":{"__proto__":{"x":1}}}]}]',
    });
    expect(JSON.stringify(fields.output_messages)).toContain('"__proto__":{"x":1}');
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('vectors', () => {
  const base64 = (...numbers: number[]) => Buffer.from(Float32Array.from(numbers).buffer).toString('base64');

  it('reads them with their texts', () => {
    const fields = map({
      'gen_ai.request.model': 'text-embedding-3-small',
      'sextant.embedding.vectors': [base64(0.5, -1.5), base64(1, 2)],
      'sextant.embedding.inputs': ['first', 'second'],
    });
    expect(fields.vectors).toEqual([
      { vector: Float32Array.of(0.5, -1.5), text: 'first' },
      { vector: Float32Array.of(1, 2), text: 'second' },
    ]);
    expect(fields.vectors_encoder).toBe('text-embedding-3-small');
    expect(fields.consumed).toEqual(['sextant.embedding.vectors', 'sextant.embedding.inputs']);
  });

  it.each([['AAA'], ['not base64!'], [''], [base64(Number.NaN)], [base64(Infinity)], [5]])(
    'leaves out %j and keeps the attribute',
    (bad) => {
      const fields = map({ 'sextant.embedding.vectors': [base64(1), bad] });
      expect(fields.vectors).toEqual([{ vector: Float32Array.of(1) }]);
      expect(fields.consumed).toBeUndefined();
    },
  );
});

describe.skipIf(!has_data)('recorded spans', () => {
  it('any-agent, first call of the OpenAI trace', async () => {
    const spans = await decodeFile('spans-any-agent/OPENAI_trace.json.gz');
    const span = spans.find(
      (item) => item.span_id === BigInt('9295669169508793927').toString(16).padStart(16, '0'),
    );
    const normal = normalise(span!);
    expect(normal).toMatchObject({
      dialect: 'otel_genai',
      is_leaf: true,
      status: 'ok',
      service: 'unknown_service',
    });
    expect(normal.usage).toMatchObject({ input_tokens: 269, output_tokens: 16, cache_read_tokens: null });
    expect(normal.fields).toMatchObject({
      operation: 'chat',
      request_model: 'mistral/mistral-small-latest',
      input_messages: [
        { role: 'system', parts: [text('Use the available tools to answer.')] },
        { role: 'user', parts: [{ type: 'text' }] },
      ],
    });
    expect(normal.fields.reported_cost_usd).toBeCloseTo(0.0000317, 12);
    expect(normal.fields.provider).toBeUndefined();
  });

  it('AI SDK 6, the call inside generateText; the span around it is no leaf', async () => {
    const spans = await decodeFile('spans-vercel-ai-sdk-v6/all-spans.json.gz');
    const call = normalise(spans.find((item) => item.span_id === '39d6e9b3ddec9996')!);
    expect(call).toMatchObject({ dialect: 'otel_genai', is_leaf: true });
    expect(call.usage).toMatchObject({ input_tokens: 14, output_tokens: 20 });
    expect(call.fields).toMatchObject({
      provider: 'openai',
      request_model: 'gpt-4o-mini',
      response_model: 'gpt-4o-mini-2024-07-18',
      finish_reasons: ['stop'],
    });
    const around = normalise(spans.find((item) => item.span_id === '648be1dfd8e521b6')!);
    expect(around).toMatchObject({ dialect: null, is_leaf: false, fields: {} });
    expect(spans.filter((span) => normalise(span).is_leaf)).toHaveLength(4);
  });

  it('Microsoft Agent Framework: the agent repeats its calls and names no provider', () => {
    const path = 'spans-langfuse-framework-traces/microsoft-agent-2025-12-17.trace.json.gz';
    const agent = normalise(spanOf({ attributes: originalAttributes(path, '4cd6caa32861956a') }));
    expect(agent.is_leaf).toBe(false);
    expect(agent.fields.provider).toBeUndefined();
    expect(agent.fields.input_messages).toEqual([
      { role: 'system', parts: [text('You are a helpful assistant.')] },
    ]);
    const call = normalise(spanOf({ attributes: originalAttributes(path, '2406e8343fd49c0e') }));
    expect(call.is_leaf).toBe(true);
    expect(call.usage).toMatchObject({ input_tokens: 77, output_tokens: 86 });
    expect(call.fields).toMatchObject({ provider: 'openai', response_model: 'gpt-5-mini-2025-08-07' });
  });

  it('the example of the conventions', async () => {
    const [span] = await decodeFile('spans-openinference-genai/otel_genai_client_span_tool_calls.json.gz');
    const { fields, consumed } = normalise(span!);
    expect(fields.input_messages?.[1]).toEqual({
      role: 'assistant',
      parts: [
        text('Absolutely! Let me check the weather for you.'),
        { type: 'tool_call', id: '1234', name: 'get_weather', arguments: { location: 'Paris' } },
      ],
    });
    expect(fields.input_messages?.[2]?.parts[0]).toEqual({
      type: 'tool_call_response',
      id: '1234',
      response: 'rainy, 57°F',
    });
    expect([...consumed]).toEqual(['gen_ai.input.messages', 'gen_ai.output.messages']);
  });
});
