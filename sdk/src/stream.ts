import { errorMonitor } from 'node:events';
import { context } from '@opentelemetry/api';
import type { Call } from './call.ts';
import { asRecord } from './values.ts';

export type Stream = AsyncIterable<unknown> | ReadableStream<unknown>;

export function isStream(value: unknown): value is Stream {
  return typeof asRecord(value)?.[Symbol.asyncIterator as unknown as string] === 'function';
}

/**
 * Gives back a stream of the same kind that ends the call: with its last chunk, with an error, or when the reader
 * leaves early. The source is read no faster than the reader reads.
 */
export function observeStream(stream: Stream, call: Call): Stream {
  if (stream instanceof ReadableStream) return stream.locked ? stream : observeReadableStream(stream, call);
  if (isNodeStream(stream)) return observeNodeStream(stream, call);
  return observeIterable(stream, call);
}

/**
 * The source runs in the context of the call, so that spans started in a generator's body are its children although
 * its reader runs elsewhere.
 */
export function observeIterator<T>(source: AsyncIterator<T>, call: Call): AsyncIterableIterator<T> {
  const run = <R>(work: () => R): R => context.with(call.context, work);
  const step = async (work: () => Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    try {
      const result = await run(work);
      if (result.done === true) call.endStream();
      else call.chunk(result.value);
      return result;
    } catch (error) {
      call.fail(error);
      throw error;
    }
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: (...args) => step(() => source.next(...args)),
    async return(value) {
      try {
        if (source.return === undefined) return { done: true, value: await value };
        return await run(() => source.return?.(value) ?? Promise.resolve({ done: true, value }));
      } finally {
        call.abandon();
      }
    },
    async throw(error) {
      if (source.throw !== undefined) return step(() => source.throw?.(error) ?? Promise.reject(error));
      call.fail(error);
      throw error;
    },
  };
}

/** Everything but reading is the original's business, and happens on the original. */
function observeIterable<T extends AsyncIterable<unknown> & object>(iterable: T, call: Call): T {
  const iterators = new WeakMap<object, AsyncIterableIterator<unknown>>();
  const observed = (source: AsyncIterator<unknown> & object) => {
    const known = iterators.get(source) ?? observeIterator(source, call);
    iterators.set(source, known);
    return known;
  };
  const proxy: T = new Proxy(iterable, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'constructor') return member;
      if (name === Symbol.asyncIterator) {
        return () => {
          const source = target[Symbol.asyncIterator]();
          return (source as unknown) === target ? proxy : observed(source);
        };
      }
      if (name === 'next' || name === 'return' || name === 'throw') {
        const iterator = observed(target as unknown as AsyncIterator<unknown>);
        return iterator[name]?.bind(iterator);
      }
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args);
        return result === target ? proxy : result;
      };
    },
  });
  return proxy;
}

function observeReadableStream(stream: ReadableStream<unknown>, call: Call): ReadableStream<unknown> {
  const reader = stream.getReader();
  const source = {
    async pull(controller: ReadableStreamDefaultController<unknown>) {
      try {
        const { done, value } = await context.with(call.context, () => reader.read());
        if (done) {
          call.endStream();
          controller.close();
        } else {
          call.chunk(value);
          controller.enqueue(value);
        }
      } catch (error) {
        call.fail(error);
        controller.error(error);
      }
    },
    async cancel(reason: unknown) {
      call.abandon();
      await reader.cancel(reason);
    },
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

type NodeStream = AsyncIterable<unknown> & NodeJS.ReadableStream;

function isNodeStream(stream: Stream): stream is NodeStream {
  const record = asRecord(stream);
  return typeof record?.['pipe'] === 'function' && typeof record['once'] === 'function';
}

/** A Node stream has many ways to be read: its own events say how it ended, without reading it. */
function observeNodeStream(stream: NodeStream, call: Call): NodeStream {
  stream.once('end', () => call.endStream());
  // Listening to `error` itself would keep an unhandled one from being noticed.
  stream.once(errorMonitor as unknown as string, (error) => call.fail(error));
  stream.once('close', () => call.abandon());
  return stream;
}
