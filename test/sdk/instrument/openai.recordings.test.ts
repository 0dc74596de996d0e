import { instrument } from '@sextant/sdk';
import { startTesting, type TestSpan, type TestTracing } from '@sextant/sdk/testing';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { has_shared_data } from '../../support/shared-data.ts';
import {
  bodyFiles,
  chunkFiles,
  type Exchange,
  exchanges,
  type ReplayServer,
  serverSentEvents,
  startReplayServer,
} from '../support/recordings.ts';

const PROVIDERS = ['openai', 'azure-openai', 'deepseek', 'groq', 'mistral', 'together'];

describe.skipIf(!has_shared_data)('the real openai client, against what providers really answered', () => {
  let replay: ReplayServer;
  let tracing: TestTracing;
  let client: OpenAI;

  beforeAll(async () => {
    replay = await startReplayServer();
    tracing = startTesting();
    client = instrument(new OpenAI({ baseURL: replay.url, apiKey: 'none', maxRetries: 0 }));
  });
  afterAll(async () => {
    tracing.stop();
    await replay.close();
  });
  beforeEach(() => tracing.reset());

  const chat = PROVIDERS.flatMap((provider) =>
    exchanges(provider, '/chat/completions').map((exchange) => ({ provider, ...exchange })),
  );
  const responses = exchanges('openai', '/responses');

  it('has enough of them', () => {
    expect(chat.length).toBeGreaterThan(300);
    expect(responses.length).toBeGreaterThan(90);
  });

  it('records every chat completion as the provider reported it', async () => {
    for (const exchange of chat) {
      tracing.reset();
      replay.next = exchange;
      const body = exchange.request as unknown as OpenAI.ChatCompletionCreateParams;
      const text = await readChat(() => client.chat.completions.create(body));
      expectRecorded(tracing.spans(), exchange, { ...chatTruth(exchange), seen: text });
    }
  });

  it('records every response as the provider reported it', async () => {
    for (const exchange of responses) {
      tracing.reset();
      replay.next = exchange;
      const body = exchange.request as unknown as OpenAI.Responses.ResponseCreateParams;
      await drain(() => client.responses.create(body));
      expectRecorded(tracing.spans(), exchange, responseTruth(exchange));
    }
  });

  it.each(chunkFiles('responses_'))('reads the newest response events: $name', async ({ events }) => {
    const exchange = streamed(events);
    replay.next = exchange;
    await drain(() => client.responses.create({ model: 'gpt-5', input: 'x', stream: true }));
    // One of the files was edited by hand and is not valid JSON: the client throws, and so the span is an error.
    const isError =
      !events.every(isJson) || events.some((event) => at(JSON.parse(event), 'type') === 'error');
    expectRecorded(tracing.spans(), exchange, isError ? { ...nothing, isError } : responseTruth(exchange));
  });

  it.each(bodyFiles('responses_'))('reads the newest response bodies: $name', async ({ body }) => {
    const isError = at(JSON.parse(body), 'error') !== null && at(JSON.parse(body), 'error') !== undefined;
    const exchange = { streaming: false, status: isError ? 400 : 200, body };
    replay.next = exchange;
    await drain(() => client.responses.create({ model: 'gpt-5', input: 'x' }));
    expectRecorded(tracing.spans(), exchange, responseTruth(exchange));
  });

  it.each(chunkFiles('chat_'))('reads the newest chat chunks: $name', async ({ events }) => {
    const exchange = streamed(events);
    replay.next = exchange;
    const text = await readChat(() =>
      client.chat.completions.create({
        model: 'gpt',
        messages: [{ role: 'user', content: 'x' }],
        stream: true,
      }),
    );
    expectRecorded(tracing.spans(), exchange, { ...chatTruth(exchange), seen: text });
  });

  it('records embeddings, their vectors as the provider sent them', async () => {
    const recorded = exchanges('openai', '/embeddings');
    expect(recorded.length).toBeGreaterThan(0);
    for (const exchange of recorded) {
      tracing.reset();
      replay.next = exchange;
      const given = await client.embeddings.create(
        exchange.request as unknown as OpenAI.EmbeddingCreateParams,
      );
      const [span] = tracing.spans();
      const sent = at(JSON.parse(exchange.body), 'data', '0', 'embedding');
      const base64 = typeof sent === 'string' ? sent : base64Of(sent as number[]);
      expect(span?.attributes['sextant.embedding.vectors']).toHaveLength(given.data.length);
      expect(span?.attributes['sextant.embedding.vectors']).toContain(base64);
      expect(span?.attributes['gen_ai.usage.input_tokens']).toBe(
        at(JSON.parse(exchange.body), 'usage', 'prompt_tokens'),
      );
    }
  });
});

type Answer = Pick<Exchange, 'streaming' | 'status' | 'body'>;

interface Truth {
  readonly id: unknown;
  readonly model: unknown;
  readonly usage: Readonly<Record<string, unknown>>;
  readonly finish: readonly string[] | undefined;
  readonly text: string;
  readonly calls: readonly string[];
  /** Text the application itself read. */
  readonly seen?: string;
  readonly isError?: boolean;
}

function expectRecorded(spans: readonly TestSpan[], { status, streaming }: Answer, truth: Truth): void {
  expect(spans).toHaveLength(1);
  const [span] = spans as [TestSpan];
  const { attributes } = span;
  if (status !== 200 || truth.isError === true) {
    expect(span.status).toBe('error');
    if (status !== 200) expect(attributes['http.response.status_code']).toBe(status);
    expect(attributes['error.type']).toBeTypeOf('string');
    return;
  }
  expect(span.status).toBe('unset');
  expect(attributes['gen_ai.response.id']).toBe(truth.id);
  expect(attributes['gen_ai.response.model']).toBe(truth.model);
  for (const [name, value] of Object.entries(truth.usage))
    expect([name, attributes[name]]).toEqual([name, value]);
  expect(attributes['gen_ai.response.finish_reasons']).toEqual(truth.finish);
  const parts = outputParts(span);
  const texts = parts.filter(({ type }) => type === 'text').map(({ content }) => content);
  expect(texts.join('')).toBe(truth.text);
  if (truth.seen !== undefined) expect(texts.join('')).toBe(truth.seen);
  expect(parts.filter(({ type }) => type === 'tool_call').map(({ name }) => name)).toEqual(truth.calls);
  if (streaming) expect(attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0);
}

function outputParts(span: TestSpan): { type: string; content?: string; name?: string }[] {
  const messages = JSON.parse(String(span.attributes['gen_ai.output.messages'] ?? '[]')) as {
    parts: { type: string; content?: string; name?: string }[];
  }[];
  return messages.flatMap(({ parts }) => parts);
}

function chatTruth(exchange: Answer): Truth {
  if (exchange.status !== 200) return nothing;
  const bodies = exchange.streaming ? eventsOf(exchange.body) : [JSON.parse(exchange.body) as unknown];
  const last = (...path: string[]) => bodies.map((body) => at(body, ...path)).findLast(isGiven);
  const choices = bodies.flatMap((body) => list(at(body, 'choices')));
  const field = exchange.streaming ? 'delta' : 'message';
  const texts = byIndex(choices, (choice) => String(at(choice, field, 'content') ?? ''));
  const calls = choices.flatMap((choice) => [
    ...list(at(choice, field, 'tool_calls')),
    { function: at(choice, field, 'function_call') },
  ]);
  const usage = (isGiven(last('usage')) ? last('usage') : last('x_groq', 'usage')) ?? {};
  // Some providers repeat the reason in a later chunk of the same choice.
  const finish = [
    ...new Map(
      choices
        .filter((choice) => isText(at(choice, 'finish_reason')))
        .map((choice) => [at(choice, 'index') ?? 0, String(at(choice, 'finish_reason'))]),
    ).values(),
  ];
  return {
    id: last('id'),
    model: last('model') === '' ? undefined : last('model'),
    usage: {
      'gen_ai.usage.input_tokens': at(usage, 'prompt_tokens'),
      'gen_ai.usage.output_tokens': at(usage, 'completion_tokens'),
      'gen_ai.usage.cache_read.input_tokens':
        at(usage, 'prompt_tokens_details', 'cached_tokens') ?? at(usage, 'prompt_cache_hit_tokens'),
      'gen_ai.usage.reasoning.output_tokens': at(usage, 'completion_tokens_details', 'reasoning_tokens'),
    },
    finish: finish.length === 0 ? undefined : finish,
    text: texts.join(''),
    calls: calls.map((call) => at(call, 'function', 'name')).filter(isText),
    isError: isGiven(last('error')),
  };
}

function responseTruth(exchange: Answer): Truth {
  if (exchange.status !== 200) return nothing;
  const response = exchange.streaming
    ? eventsOf(exchange.body)
        .map((event) => at(event, 'response'))
        .findLast(isGiven)
    : (JSON.parse(exchange.body) as unknown);
  const output = list(at(response, 'output'));
  const contents = output.flatMap((item) =>
    at(item, 'type') === 'message' ? list(at(item, 'content')) : [],
  );
  const calls = output.filter((item) => /^(function|custom_tool)_call$/.test(String(at(item, 'type'))));
  const hasCall = output.some((item) => at(item, 'type') === 'function_call');
  const status = at(response, 'status');
  const incomplete = String(at(response, 'incomplete_details', 'reason')).replace(
    'max_output_tokens',
    'length',
  );
  return {
    id: at(response, 'id'),
    model: at(response, 'model'),
    usage: {
      'gen_ai.usage.input_tokens': at(response, 'usage', 'input_tokens'),
      'gen_ai.usage.output_tokens': at(response, 'usage', 'output_tokens'),
      'gen_ai.usage.cache_read.input_tokens': at(response, 'usage', 'input_tokens_details', 'cached_tokens'),
      'gen_ai.usage.reasoning.output_tokens': at(
        response,
        'usage',
        'output_tokens_details',
        'reasoning_tokens',
      ),
    },
    finish: [
      status === 'incomplete' ? incomplete : status === 'failed' ? 'error' : hasCall ? 'tool_call' : 'stop',
    ],
    text: contents.map((part) => at(part, 'text') ?? '').join(''),
    calls: calls.map((call) => String(at(call, 'name'))),
    isError: isGiven(at(response, 'error')),
  };
}

const nothing: Truth = { id: undefined, model: undefined, usage: {}, finish: undefined, text: '', calls: [] };

async function readChat(send: () => PromiseLike<unknown>): Promise<string> {
  const chunks = await drain(send);
  const choices = chunks.flatMap((chunk) => list(at(chunk, 'choices')));
  return byIndex(choices, (choice) =>
    String(at(choice, 'delta', 'content') ?? at(choice, 'message', 'content') ?? ''),
  ).join('');
}

/** Everything the application reads; nothing where the provider answered with an error. */
async function drain(send: () => PromiseLike<unknown>): Promise<unknown[]> {
  try {
    const result = await send();
    return Symbol.asyncIterator in (result as object)
      ? await allOf(result as AsyncIterable<unknown>)
      : [result];
  } catch (error) {
    if (error instanceof OpenAI.APIError || error instanceof SyntaxError) return [];
    throw error;
  }
}

async function allOf(chunks: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

function streamed(events: readonly string[]): Answer {
  return { streaming: true, status: 200, body: serverSentEvents(events) };
}

function eventsOf(body: string): unknown[] {
  return body
    .split(/\r?\n/)
    .filter((line) => line.startsWith('data:') && !line.includes('[DONE]'))
    .map((line) => JSON.parse(line.slice('data:'.length)) as unknown);
}

/** Texts of each choice, joined in the order of the choices. */
function byIndex(choices: readonly unknown[], text: (choice: unknown) => string): string[] {
  const joined = new Map<number, string>();
  for (const choice of choices) {
    const index = Number(at(choice, 'index') ?? 0);
    joined.set(index, (joined.get(index) ?? '') + text(choice));
  }
  return [...joined].sort(([a], [b]) => a - b).map(([, whole]) => whole);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (inner as Record<string, unknown> | null | undefined)?.[name],
    value,
  );
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

const isGiven = (value: unknown) => value !== null && value !== undefined;
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

function base64Of(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
