import { context } from '@opentelemetry/api';
import type { Call } from './call.ts';
import { guard } from './guard.ts';
import { isStream, observeStream } from './stream.ts';
import { isThenable } from './values.ts';

export interface ObserveOptions {
  /** Finds the answer in what a helper of the provider's promise resolves to. Default: the value itself. */
  readonly answer?: (value: unknown) => unknown;
  /** Watches a stream the provider's own way; false leaves it to the general one. */
  readonly watch?: (stream: object, call: Call) => boolean;
}

/**
 * Runs a function as the call: its result is given back as it is (value, promise or stream), and the call ends when
 * the result is there, the promise settles or the stream is read.
 */
export function observe<T>(call: Call, run: () => T, options: ObserveOptions = {}): T {
  let result: T;
  try {
    result = context.with(call.context, run);
  } catch (error) {
    call.fail(error);
    throw error;
  }
  return guard(result, () =>
    isThenable(result) ? observePromise(result, call, options) : observeValue(result, call, options),
  );
}

/**
 * A plain promise becomes one that settles the same way. A promise with helpers of its own (OpenAI's `withResponse`,
 * a query builder) keeps them: only `then` and its kin pass through here.
 */
function observePromise<T extends PromiseLike<unknown> & object>(
  promise: T,
  call: Call,
  options: ObserveOptions,
): T {
  const fulfilled = (value: unknown) => guard(value, () => observeValue(value, call, options));
  const rejected = (error: unknown): never => {
    call.fail(error);
    throw error;
  };
  if (promise instanceof Promise && promise.constructor === Promise) {
    return promise.then(fulfilled, rejected) as unknown as T;
  }
  let settled: Promise<unknown> | undefined;
  // Such promises often do their work only once somebody waits for them.
  const settle = () => {
    settled ??= Promise.resolve(promise.then(fulfilled, rejected));
    return settled;
  };
  return new Proxy(promise, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'constructor') return member;
      if (name === 'then' || name === 'catch' || name === 'finally') {
        return (...args: unknown[]) => Reflect.apply(Promise.prototype[name], settle(), args);
      }
      return (...args: unknown[]) => {
        const result: unknown = Reflect.apply(member, target, args);
        return guard(result, () => (isThenable(result) ? observePromise(result, call, options) : result));
      };
    },
  });
}

function observeValue<T>(value: T, call: Call, options: ObserveOptions): T {
  const answer = options.answer?.(value) ?? value;
  if (!isStream(answer)) {
    call.end(answer);
    return value;
  }
  if (options.watch?.(answer, call) === true || answer !== value) return value;
  return observeStream(answer, call) as T;
}
