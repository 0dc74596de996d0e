import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { DiagLogLevel, diag } from '@opentelemetry/api';
import { agent, chain, embedding, model, retrieval, tool } from '@sextant/sdk';
import { startTesting, type TestTracing } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let tracing: TestTracing;
beforeEach(() => {
  tracing = startTesting();
});
afterEach(() => tracing.stop());

const only = () => {
  expect(tracing.spans()).toHaveLength(1);
  return tracing.spans()[0]!;
};

describe('wrappers', () => {
  it('name spans and kinds as the conventions do', async () => {
    const ask = model('gpt-4o', (question: string) => `re: ${question}`, { provider: 'openai' });
    const find = retrieval('handbook', (query: string) => [{ id: 'p1', score: 0.5, content: query }], {
      topK: 1,
    });
    const add = tool('add', (a: number, b: number) => a + b, { description: 'Adds.', version: '2' });
    const embed = embedding('minilm', (texts: string[]) => texts.map(() => [1, 2]));
    const answer = chain('answer', (question: string) => {
      find(question);
      add(1, 2);
      embed(['a', 'b']);
      return ask(question);
    });
    expect(agent('support', answer)('refund?')).toBe('re: refund?');
    expect(tracing.spans()).toMatchSnapshot();
  });

  it('nest through awaits, timers and parallel branches', async () => {
    const leaf = tool('leaf', async (name: string) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return name;
    });
    const branch = chain('branch', async (name: string) => {
      await Promise.resolve();
      return leaf(name);
    });
    await agent('root', () => Promise.all([branch('a'), branch('b')]))();
    const spans = tracing.spans();
    const byId = new Map(spans.map((span) => [span.span_id, span.name]));
    const edges = spans.map(
      ({ name, parent_span_id }) => `${byId.get(parent_span_id ?? '') ?? 'nobody'} > ${name}`,
    );
    expect(edges.toSorted()).toEqual([
      'invoke_agent root > invoke_workflow branch',
      'invoke_agent root > invoke_workflow branch',
      'invoke_workflow branch > execute_tool leaf',
      'invoke_workflow branch > execute_tool leaf',
      'nobody > invoke_agent root',
    ]);
    expect(new Set(spans.map(({ trace_id }) => trace_id)).size).toBe(1);
  });

  it('make a tree of spans that is the tree of calls, whatever is nested in what', async () => {
    interface Tree {
      readonly id: number;
      readonly how: 'sync' | 'async' | 'stream';
      readonly children: readonly Tree[];
    }
    const tree = fc.memo(
      (depth): fc.Arbitrary<Tree> =>
        fc.record({
          id: fc.nat(),
          how: fc.constantFrom('sync', 'async', 'stream'),
          children: depth <= 1 ? fc.constant([]) : fc.array(tree(depth - 1), { maxLength: 3 }),
        }),
    );
    const run = async ({ id, how, children }: Tree): Promise<void> => {
      const below = () => Promise.all(children.map(run));
      if (how === 'sync') await tool(String(id), below)();
      else if (how === 'async') await agent(String(id), async () => Promise.resolve().then(below))();
      else {
        const stream = chain(String(id), async function* () {
          yield 1;
          await below();
        });
        for await (const _ of stream());
      }
    };
    const shape = ({ id, children }: Tree): unknown => [id, children.map(shape).toSorted(byText)];
    await fc.assert(
      fc.asyncProperty(tree(4), async (root) => {
        tracing.reset();
        await run(root);
        const spans = tracing.spans();
        const found = (parent: string | null): unknown[] =>
          spans
            .filter(({ parent_span_id }) => parent_span_id === parent)
            .map(({ name, span_id }) => [Number(name.split(' ')[1]), found(span_id)])
            .toSorted(byText);
        expect(found(null)).toEqual([shape(root)]);
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  it('keep this, arguments, name and length', () => {
    const counter = {
      count: 3,
      add: tool('add', function add(this: { count: number }, by: number) {
        this.count += by;
        return this.count;
      }),
    };
    expect(counter.add(4)).toBe(7);
    expect(counter.add).toHaveLength(1);
    expect(counter.add.name).toBe('add');
  });

  it.each([
    ['thrown', () => tool('t', fail)()],
    ['rejected', () => tool('t', async () => fail())()],
  ])('pass an error on unchanged: %s', async (_how, run) => {
    const caught = await Promise.resolve()
      .then(run)
      .catch((thrown: unknown) => thrown);
    expect(caught).toBe(problem);
    expect(only()).toMatchObject({
      status: 'error',
      attributes: { 'error.type': 'RangeError' },
      events: [
        { name: 'exception', attributes: { 'exception.type': 'RangeError', 'exception.message': 'too far' } },
      ],
    });
  });

  it.each([undefined, null, 'text', 7, { code: 'x' }])('survive anything that is thrown: %j', (thrown) => {
    const run = tool('t', () => {
      throw thrown;
    });
    expect(run).toThrow();
    expect(only().status).toBe('error');
  });

  it('keep the helpers of a promise that has some', async () => {
    class Query extends Promise<string> {
      rows() {
        return ['row'];
      }
    }
    const query = tool('sql', () => new Query((resolve) => resolve('done')))();
    expect(query.rows()).toEqual(['row']);
    expect(query).toBeInstanceOf(Query);
    expect(await query).toBe('done');
    expect(await query.finally(() => {})).toBe('done');
    expect(only().attributes['gen_ai.tool.call.result']).toBe('"done"');
  });

  it('run untraced where nothing was started', async () => {
    tracing.stop();
    expect(tool('t', (x: number) => x * 2)(4)).toBe(8);
    expect(await model('m', async () => 'x')()).toBe('x');
    expect(tracing.spans()).toEqual([]);
  });

  it('record what cannot be written as JSON in words', () => {
    const cyclic: Record<string, unknown> = { big: 12n, when: new Date(0) };
    cyclic['self'] = cyclic;
    tool('t', (_: unknown) => () => 1)(cyclic);
    expect(only().attributes['gen_ai.tool.call.arguments']).toBe(
      '{"big":"12","when":"1970-01-01T00:00:00.000Z","self":"[circular]"}',
    );
    expect(only().attributes).not.toHaveProperty('gen_ai.tool.call.result');
  });

  it('never let a fault of telemetry reach the application, and log it once', async () => {
    const error = vi.fn();
    diag.setLogger({ error, warn() {}, info() {}, debug() {}, verbose() {} }, DiagLogLevel.ERROR);
    const broken = {
      get usage(): never {
        throw new Error('trap');
      },
      toJSON(): never {
        throw new Error('trap');
      },
    };
    const ask = model('m', (_: unknown) => broken, {
      input: () => fail(),
      output: () => fail(),
    });
    expect(ask(broken)).toBe(broken);
    expect(await model('m', async (_: unknown) => broken)(broken)).toBe(broken);
    expect(tool('t', (_: unknown) => broken)(broken)).toBe(broken);
    diag.disable();
    expect(error.mock.calls.map(([message]) => message).toSorted()).toEqual([
      'Sextant could not record a span: Error: trap',
      'Sextant could not record a span: RangeError: too far',
    ]);
  });
});

describe('model()', () => {
  it('takes settings, model and usage from requests and results of the common shapes', async () => {
    const ask = model(
      'any',
      async (_: object) => ({
        id: 'r1',
        model: 'gpt-4o-2024',
        choices: [{ message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3, completion_tokens: 1 },
      }),
      { provider: 'openai' },
    );
    await ask({ model: 'gpt-4o', temperature: 0, messages: [{ role: 'user', content: 'hello' }] });
    expect(only()).toMatchObject({
      name: 'chat gpt-4o',
      attributes: {
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.request.temperature': 0,
        'gen_ai.response.model': 'gpt-4o-2024',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 3,
        'gen_ai.usage.output_tokens': 1,
      },
    });
  });

  it('is told where it cannot know', async () => {
    const ask = model('llama', async (prompt: { q: string }) => ({ answer: prompt.q, n: 5 }), {
      input: ({ q }) => q,
      output: ({ answer }) => answer,
      usage: ({ n }) => ({ inputTokens: n, outputTokens: 2 }),
      attributes: { team: 'search' },
    });
    await ask({ q: 'why?' });
    expect(only().attributes).toMatchObject({
      team: 'search',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"why?"}]}]',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"why?"}]}]',
    });
  });
});

describe('streams', () => {
  async function* words(...all: string[]) {
    for (const word of all) {
      await Promise.resolve();
      yield word;
    }
  }

  it('end with the last chunk, whole and in order', async () => {
    const stream = model('m', (...all: string[]) => words(...all))('a', 'b', 'c');
    expect(tracing.spans()).toEqual([]);
    expect(await collect(stream)).toEqual(['a', 'b', 'c']);
    expect(only().attributes['gen_ai.output.messages']).toContain('"abc"');
    expect(only().attributes['gen_ai.response.time_to_first_chunk']).toBe(1);
    expect(only().events).toEqual([]);
  });

  it('end when the reader leaves, after the source has cleaned up', async () => {
    const log: string[] = [];
    const source = tool('t', async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        log.push('cleaned up');
      }
    });
    for await (const _ of source()) break;
    expect(log).toEqual(['cleaned up']);
    expect(only().events).toEqual([{ name: 'sextant.stream.abandoned', attributes: {} }]);
  });

  it('end with the error of the source, unchanged', async () => {
    const source = agent('a', async function* () {
      yield 1;
      fail();
    });
    await expect(collect(source())).rejects.toBe(problem);
    expect(only()).toMatchObject({
      status: 'error',
      attributes: { 'gen_ai.output.messages': expect.any(String) },
    });
  });

  it('run the body of a generator inside its span, wherever it is read', async () => {
    const inner = tool('inner', () => 1);
    const outer = chain('outer', async function* () {
      inner();
      yield 1;
      await Promise.resolve();
      inner();
    });
    const stream = outer();
    await agent('elsewhere', () => collect(stream))();
    const spans = tracing.spans();
    const outerId = spans.find(({ name }) => name === 'invoke_workflow outer')?.span_id;
    const parents = spans
      .filter(({ name }) => name === 'execute_tool inner')
      .map((span) => span.parent_span_id);
    expect(parents).toEqual([outerId, outerId]);
  });

  it('keep what else the stream can do', async () => {
    class Answer implements AsyncIterable<string> {
      readonly #parts = ['x', 'y'];
      text() {
        return this.#parts.join('');
      }
      async *[Symbol.asyncIterator]() {
        yield* this.#parts;
      }
    }
    const answer = await model('m', async () => new Answer())();
    expect(answer).toBeInstanceOf(Answer);
    expect(answer.text()).toBe('xy');
    expect(await collect(answer)).toEqual(['x', 'y']);
    expect(only().attributes['gen_ai.output.messages']).toContain('"xy"');
  });

  it('pass next(value), return() and throw() through', async () => {
    const echo = tool('echo', async function* (): AsyncGenerator<string, string, string> {
      try {
        const said = yield 'ready';
        yield `heard ${said}`;
      } catch (error) {
        yield `caught ${(error as Error).message}`;
      }
      return 'bye';
    });
    const stream = echo();
    expect(await stream.next('')).toEqual({ value: 'ready', done: false });
    expect(await stream.next('hello')).toEqual({ value: 'heard hello', done: false });
    expect(await stream.throw(problem)).toEqual({ value: 'caught too far', done: false });
    expect(await stream.return('early')).toEqual({ value: 'early', done: true });
    expect(only().status).toBe('unset');
  });

  it('give extractors the chunks', async () => {
    const seen = vi.fn((chunks: readonly { n: number }[]) => chunks.length);
    const ask = model(
      'm',
      async function* () {
        yield { n: 1 };
        yield { n: 2 };
      },
      { output: seen, usage: (chunks) => ({ outputTokens: chunks.reduce((sum, { n }) => sum + n, 0) }) },
    );
    await collect(ask());
    expect(seen).toHaveBeenCalledWith([{ n: 1 }, { n: 2 }]);
    expect(only().attributes['gen_ai.usage.output_tokens']).toBe(3);
  });

  it('read web streams no faster than their reader, and cancel them with it', async () => {
    let pulled = 0;
    const cancelled = vi.fn();
    const source = () =>
      new ReadableStream<string>(
        {
          pull(controller) {
            pulled += 1;
            controller.enqueue(String(pulled));
          },
          cancel: cancelled,
        },
        { highWaterMark: 0 },
      );
    const reader = model('m', source)().getReader();
    expect(await reader.read()).toEqual({ value: '1', done: false });
    expect(pulled).toBe(1);
    await reader.cancel('enough');
    expect(cancelled).toHaveBeenCalledWith('enough');
    expect(only().events).toEqual([{ name: 'sextant.stream.abandoned', attributes: {} }]);
  });

  it('follow Node streams without reading them', async () => {
    const stream = tool('file', () => Readable.from(['a', 'b']))();
    expect(stream).toBeInstanceOf(EventEmitter);
    expect(await collect(stream)).toEqual(['a', 'b']);
    expect(only().status).toBe('unset');
    tracing.reset();
    const failing = tool('file', () => new Readable({ read: () => {} }))();
    const failed = collect(failing);
    failing.destroy(problem);
    await expect(failed).rejects.toBe(problem);
    expect(only().attributes['error.type']).toBe('RangeError');
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}

const byText = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));

const problem = new RangeError('too far');

function fail(): never {
  throw problem;
}
