import fc from 'fast-check';
import { expect, it } from 'vitest';
import { disjointUsage } from '../../../collector/src/normalise/usage.ts';

const count = fc.integer({ min: 0, max: 1_000_000 });
const maybe = fc.option(count, { nil: undefined });

it('takes cache and reasoning out of totals that include them', () => {
  const fields = {
    input_tokens: 100,
    cache_read_tokens: 60,
    cache_write_tokens: 10,
    output_tokens: 50,
    reasoning_tokens: 20,
  };
  expect(disjointUsage(fields)).toMatchObject({ input_tokens: 30, output_tokens: 30, reasoning_tokens: 20 });
});

it('leaves totals that exclude them, told or seen', () => {
  const told = { input_tokens: 100, cache_read_tokens: 60, input_includes_cache: false };
  expect(disjointUsage(told).input_tokens).toBe(100);
  // A recorded span of Claude Code.
  const seen = { input_tokens: 2, cache_read_tokens: 84_562, cache_write_tokens: 7_096 };
  expect(disjointUsage(seen).input_tokens).toBe(2);
});

it('never invents, never goes below zero, and keeps the sum', () => {
  const fields = fc.record(
    {
      input_tokens: maybe,
      cache_read_tokens: maybe,
      cache_write_tokens: maybe,
      output_tokens: maybe,
      reasoning_tokens: maybe,
      input_includes_cache: fc.option(fc.boolean(), { nil: undefined }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fields, (drawn) => {
      const given = Object.fromEntries(Object.entries(drawn).filter(([, value]) => value !== undefined));
      const usage = disjointUsage(given);
      const cache = (drawn.cache_read_tokens ?? 0) + (drawn.cache_write_tokens ?? 0);
      for (const value of Object.values(usage)) expect(value === null || value >= 0).toBe(true);
      expect(usage.input_tokens === null).toBe(drawn.input_tokens === undefined);
      expect(usage.reasoning_tokens === null).toBe(drawn.reasoning_tokens === undefined);
      if (drawn.input_tokens === undefined) return;
      const excluded = drawn.input_includes_cache === false || drawn.input_tokens < cache;
      expect((usage.input_tokens ?? 0) + cache).toBe(drawn.input_tokens + (excluded ? cache : 0));
    }),
    { seed: 7, numRuns: 1000 },
  );
});
