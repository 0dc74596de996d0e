import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { agent, chain, model, tool } from '@sextant/sdk';
import { describe, expect, it, vi } from 'vitest';
import { fail, problem, useTracing } from './support/tracing.ts';

const tracing = useTracing();

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
    expect(tracing.only().attributes['gen_ai.output.messages']).toContain('"abc"');
    expect(tracing.only().attributes['gen_ai.response.time_to_first_chunk']).toBe(1);
    expect(tracing.only().events).toEqual([]);
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
    expect(tracing.only().events).toEqual([{ name: 'sextant.stream.abandoned', attributes: {} }]);
  });

  it('end with the error of the source, unchanged', async () => {
    const source = agent('a', async function* () {
      yield 1;
      fail();
    });
    await expect(collect(source())).rejects.toBe(problem);
    expect(tracing.only()).toMatchObject({
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
    expect(tracing.only().attributes['gen_ai.output.messages']).toContain('"xy"');
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
    expect(tracing.only().status).toBe('unset');
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
    expect(tracing.only().attributes['gen_ai.usage.output_tokens']).toBe(3);
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
    expect(tracing.only().events).toEqual([{ name: 'sextant.stream.abandoned', attributes: {} }]);
  });

  it('follow Node streams without reading them', async () => {
    const stream = tool('file', () => Readable.from(['a', 'b']))();
    expect(stream).toBeInstanceOf(EventEmitter);
    expect(await collect(stream)).toEqual(['a', 'b']);
    expect(tracing.only().status).toBe('unset');
    tracing.reset();
    const failing = tool('file', () => new Readable({ read: () => {} }))();
    const failed = collect(failing);
    failing.destroy(problem);
    await expect(failed).rejects.toBe(problem);
    expect(tracing.only().attributes['error.type']).toBe('RangeError');
  });
});

async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of stream) all.push(item);
  return all;
}
