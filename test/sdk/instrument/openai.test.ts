import { agent, instrument } from '@sextant/sdk';
import { startTesting, type TestTracing } from '@sextant/sdk/testing';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { type ReplayServer, serverSentEvents, startReplayServer } from '../support/recordings.ts';

const question = {
  model: 'gpt-4o-mini',
  messages: [{ role: 'user' as const, content: 'What is a sextant?' }],
};

const completion = (message: object = { role: 'assistant', content: 'An instrument.' }) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini-2024-07-18',
  choices: [{ index: 0, message, finish_reason: 'stop' }],
  usage: {
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 64, audio_tokens: 3, cache_write_tokens: 7 },
    completion_tokens_details: { reasoning_tokens: 5, audio_tokens: 2 },
  },
  service_tier: 'default',
  system_fingerprint: 'fp_1',
});

const chunk = (delta: object, more: object = {}) =>
  JSON.stringify({
    id: 'chatcmpl-2',
    object: 'chat.completion.chunk',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, delta, finish_reason: null, ...more }],
  });

const chunks = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'An ' }),
  chunk({ content: 'instrument.' }),
  chunk({}, { finish_reason: 'stop' }),
  JSON.stringify({
    id: 'chatcmpl-2',
    model: 'gpt-4o-mini-2024-07-18',
    choices: [],
    usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
  }),
];

describe('instrument(openai)', () => {
  let replay: ReplayServer;
  let tracing: TestTracing;
  let original: OpenAI;
  let client: OpenAI;

  beforeAll(async () => {
    replay = await startReplayServer();
  });
  afterAll(() => replay.close());
  beforeEach(() => {
    tracing = startTesting();
    original = new OpenAI({ baseURL: replay.url, apiKey: 'none', maxRetries: 0 });
    client = instrument(original);
    replay.next = { status: 200, streaming: false, body: JSON.stringify(completion()) };
  });
  afterEach(() => tracing.stop());

  const stream = () => {
    replay.next = { status: 200, streaming: true, body: serverSentEvents(chunks) };
  };
  const only = () => {
    expect(tracing.spans()).toHaveLength(1);
    return tracing.spans()[0]!;
  };

  it('records a call with every class of tokens', async () => {
    await client.chat.completions.create({
      ...question,
      temperature: 0.5,
      max_completion_tokens: 50,
      seed: 7,
    });
    const port = Number(new URL(replay.url).port);
    expect(only()).toMatchObject({
      name: 'chat gpt-4o-mini',
      kind: 'client',
      status: 'unset',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o-mini',
        'gen_ai.request.temperature': 0.5,
        'gen_ai.request.max_tokens': 50,
        'gen_ai.request.seed': 7,
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 64,
        'gen_ai.usage.cache_write.input_tokens': 7,
        'gen_ai.usage.cache_creation.input_tokens': 7,
        'gen_ai.usage.reasoning.output_tokens': 5,
        'sextant.usage.audio.input_tokens': 3,
        'sextant.usage.audio.output_tokens': 2,
        'openai.api.type': 'chat_completions',
        'openai.response.service_tier': 'default',
        'openai.response.system_fingerprint': 'fp_1',
        'server.address': '127.0.0.1',
        'server.port': port,
        'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"What is a sextant?"}]}]',
        'gen_ai.output.messages':
          '[{"role":"assistant","parts":[{"type":"text","content":"An instrument."}],"finish_reason":"stop"}]',
      },
    });
  });

  it('keeps the type, the class and the client itself', async () => {
    expectTypeOf(client).toEqualTypeOf<OpenAI>();
    expect(client).toBeInstanceOf(OpenAI);
    expect(client.chat.completions).toBe(client.chat.completions);
    await original.chat.completions.create(question);
    expect(tracing.spans()).toHaveLength(0);
  });

  it('traces a stream: text, usage, time to the first chunk and per output token', async () => {
    stream();
    let text = '';
    const answer = await client.chat.completions.create({ ...question, stream: true });
    for await (const part of answer) text += part.choices[0]?.delta.content ?? '';
    expect(text).toBe('An instrument.');
    const { attributes } = only();
    expect(attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.response.finish_reasons': ['stop'],
    });
    // The clock of the tests ticks a second for the span, a second when it starts and a second for each chunk.
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBe(1);
    expect(attributes['sextant.response.time_per_output_token']).toBeCloseTo(4 / 19);
    expect(attributes['gen_ai.output.messages']).toContain('An instrument.');
  });

  it('ends the span of a stream nobody reads to the end, with what was read', async () => {
    stream();
    const answer = await client.chat.completions.create({ ...question, stream: true });
    for await (const part of answer) if (part.choices[0]?.delta.content === 'An ') break;
    expect(answer.controller.signal.aborted).toBe(true);
    expect(only().events).toEqual([{ name: 'sextant.stream.abandoned', attributes: {} }]);
    expect(only().attributes['gen_ai.output.messages']).toContain('"An "');
    expect(only().attributes).not.toHaveProperty('gen_ai.usage.output_tokens');
  });

  it('lets tee() and toReadableStream() work', async () => {
    stream();
    const [left, right] = (await client.chat.completions.create({ ...question, stream: true })).tee();
    const read = async (part: AsyncIterable<unknown>) => {
      let count = 0;
      for await (const _ of part) count += 1;
      return count;
    };
    expect(await Promise.all([read(left), read(right)])).toEqual([5, 5]);
    const readable = (await client.chat.completions.create({ ...question, stream: true })).toReadableStream();
    expect(await read(readable)).toBe(5);
    expect(tracing.spans().map(({ attributes }) => attributes['gen_ai.usage.input_tokens'])).toEqual([
      100, 100,
    ]);
  });

  it('keeps withResponse() and asResponse()', async () => {
    const { data, response } = await client.chat.completions.create(question).withResponse();
    expect(data.choices[0]?.message.content).toBe('An instrument.');
    expect(response.status).toBe(200);
    expect(only().attributes['gen_ai.usage.input_tokens']).toBe(100);
    tracing.reset();

    stream();
    const streamed = await client.chat.completions.create({ ...question, stream: true }).withResponse();
    for await (const _ of streamed.data);
    expect(only().attributes['gen_ai.usage.input_tokens']).toBe(100);
    tracing.reset();

    const raw = await client.chat.completions.create(question).asResponse();
    expect(await raw.text()).toContain('chatcmpl-2');
    expect(only().status).toBe('unset');
  });

  it('traces through parse(), stream() and runTools()', async () => {
    replay.next = {
      ...replay.next,
      body: JSON.stringify(completion({ role: 'assistant', content: '{"n":1}' })),
    };
    const parsed = await client.chat.completions.parse(question);
    expect(parsed.choices[0]?.message.content).toBe('{"n":1}');
    expect(only().name).toBe('chat gpt-4o-mini');
    tracing.reset();

    stream();
    const final = await client.chat.completions.stream(question).finalChatCompletion();
    expect(final.choices[0]?.message.content).toBe('An instrument.');
    expect(only().attributes['gen_ai.usage.output_tokens']).toBe(20);
    tracing.reset();

    replay.next = { status: 200, streaming: false, body: JSON.stringify(completion()) };
    const runner = client.chat.completions.runTools({
      ...question,
      tools: [
        {
          type: 'function',
          function: {
            name: 'now',
            function: () => '12:00',
            parse: JSON.parse,
            description: '',
            parameters: {},
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe('An instrument.');
    expect(only().attributes['gen_ai.response.id']).toBe('chatcmpl-1');
  });

  it('puts tool calls of a stream together', async () => {
    const call = (index: number, fields: object) => chunk({ tool_calls: [{ index, ...fields }] });
    replay.next = {
      status: 200,
      streaming: true,
      body: serverSentEvents([
        call(0, { id: 'call_a', function: { name: 'search', arguments: '{"q":' } }),
        call(1, { id: 'call_b', function: { name: 'now', arguments: '' } }),
        call(0, { function: { arguments: '"refund"}' } }),
        chunk({}, { finish_reason: 'tool_calls' }),
      ]),
    };
    for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
    expect(JSON.parse(String(only().attributes['gen_ai.output.messages']))[0].parts).toEqual([
      { type: 'tool_call', id: 'call_a', name: 'search', arguments: { q: 'refund' } },
      { type: 'tool_call', id: 'call_b', name: 'now', arguments: '' },
    ]);
  });

  it('passes errors on unchanged and records class and status', async () => {
    const body = JSON.stringify({
      error: { message: 'Slow down.', type: 'rate_limit', code: 'rate_limit_exceeded' },
    });
    replay.next = { status: 429, streaming: false, body };
    const error = await client.chat.completions.create(question).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(only()).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'RateLimitError', 'http.response.status_code': 429 },
      events: [{ name: 'exception', attributes: { 'exception.type': 'RateLimitError' } }],
    });
  });

  it('records the error of a stream that breaks in the middle', async () => {
    replay.next = { status: 200, streaming: true, body: `data: ${chunks[1]}\n\ndata: {broken\n\n` };
    const read = async () => {
      for await (const _ of await client.chat.completions.create({ ...question, stream: true }));
    };
    await expect(read()).rejects.toThrow('malformed');
    expect(only()).toMatchObject({ status: 'error', attributes: { 'error.type': 'SyntaxError' } });
    expect(only().attributes['gen_ai.output.messages']).toContain('An ');
  });

  it('puts the call under the span that is running', async () => {
    await agent('support', () => client.chat.completions.create(question))();
    const [outer, inner] = tracing.spans();
    expect(inner?.parent_span_id).toBe(outer?.span_id);
  });

  it('traces clients made from it, and embeddings in both encodings', async () => {
    const vector = [0.25, -1.5, 3];
    const bytes = Buffer.from(Float32Array.from(vector).buffer).toString('base64');
    const body = (embedding: unknown) =>
      JSON.stringify({
        object: 'list',
        data: [{ index: 0, embedding }],
        model: 'e',
        usage: { prompt_tokens: 4 },
      });
    const other = client.withOptions({ timeout: 1000 });
    replay.next = { status: 200, streaming: false, body: body(bytes) };
    const decoded = await other.embeddings.create({ model: 'e', input: ['one'] });
    expect(Array.from(decoded.data[0]!.embedding)).toEqual(vector);
    replay.next = { status: 200, streaming: false, body: body(vector) };
    await other.embeddings.create({ model: 'e', input: 'one', encoding_format: 'float' });
    for (const { name, attributes } of tracing.spans()) {
      expect(name).toBe('embeddings e');
      expect(attributes).toMatchObject({
        'gen_ai.operation.name': 'embeddings',
        'gen_ai.usage.input_tokens': 4,
        'gen_ai.embeddings.dimension.count': 3,
        'sextant.embedding.vectors': [bytes],
        'sextant.embedding.inputs': ['one'],
      });
    }
    expect(tracing.spans()).toHaveLength(2);
  });

  it('knows who serves the model by the address, or is told', async () => {
    const fetch = async () => Response.json(completion());
    const providerOf = async (baseURL: string, options = {}) => {
      tracing.reset();
      const made = instrument(new OpenAI({ baseURL, apiKey: 'none', fetch }), options);
      await made.chat.completions.create(question);
      return only().attributes['gen_ai.provider.name'];
    };
    expect(await providerOf('https://api.openai.com/v1')).toBe('openai');
    expect(await providerOf('https://api.groq.com/openai/v1')).toBe('groq');
    expect(await providerOf('https://api.mistral.ai/v1')).toBe('mistral_ai');
    expect(await providerOf('https://team.openai.azure.com/openai')).toBe('azure.ai.openai');
    expect(await providerOf('https://fox.ai/v1')).toBe('openai');
    expect(await providerOf('https://example.x.ai.test/v1')).toBe('openai');
    expect(await providerOf('http://localhost:8000/v1', { provider: 'vllm' })).toBe('vllm');
  });

  it('gives back a client it does not know, and says so', async () => {
    const warned = new Promise((resolve) => process.once('warning', resolve));
    const unknown = { send: () => 1 };
    expect(instrument(unknown)).toBe(unknown);
    expect(await warned).toMatchObject({ code: 'SEXTANT_UNKNOWN_CLIENT' });
  });
});
