import { SextantError } from '../errors.ts';

/** Lets the writing calls of a store run one after the other. */
export function serialise(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work);
    last = result.catch(() => undefined);
    return result;
  };
}

/** Lets the calls of a store through until it is closed; afterwards each rejects. */
export function guardClosed() {
  let closed = false;
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    if (closed) throw new SextantError('store_unavailable', 'The store is closed.');
    return await work();
  };
  return Object.assign(guard, {
    close() {
      closed = true;
    },
  });
}
