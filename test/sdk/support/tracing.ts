import { startTesting, type TestTracing } from '@sextant/sdk/testing';
import { afterEach, beforeEach, expect } from 'vitest';

/** Traces every test of a file anew. */
export function useTracing() {
  let tracing: TestTracing;
  beforeEach(() => {
    tracing = startTesting();
  });
  afterEach(() => tracing.stop());
  const spans = () => tracing.spans();
  return {
    spans,
    reset: () => tracing.reset(),
    stop: () => tracing.stop(),
    /** The span, where there is to be one alone. */
    only: () => {
      expect(spans()).toHaveLength(1);
      return spans()[0]!;
    },
  };
}

export const problem = new RangeError('too far');

export function fail(): never {
  throw problem;
}
