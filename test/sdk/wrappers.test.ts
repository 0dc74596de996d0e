import { DiagLogLevel, diag } from '@opentelemetry/api';
import { agent, chain, embedding, model, retrieval, tool } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { fail, problem, useTracing } from './support/tracing.ts';

const tracing = useTracing();

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
    expect(tracing.only()).toMatchObject({
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
    expect(tracing.only().status).toBe('error');
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
    expect(tracing.only().attributes['gen_ai.tool.call.result']).toBe('"done"');
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
    expect(tracing.only().attributes['gen_ai.tool.call.arguments']).toBe(
      '{"big":"12","when":"1970-01-01T00:00:00.000Z","self":"[circular]"}',
    );
    expect(tracing.only().attributes).not.toHaveProperty('gen_ai.tool.call.result');
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
    expect(tracing.only()).toMatchObject({
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
    expect(tracing.only().attributes).toMatchObject({
      team: 'search',
      'gen_ai.usage.input_tokens': 5,
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"why?"}]}]',
      'gen_ai.output.messages': '[{"role":"assistant","parts":[{"type":"text","content":"why?"}]}]',
    });
  });
});

const byText = (a: unknown, b: unknown) => JSON.stringify(a).localeCompare(JSON.stringify(b));
