import { describe, expect, it } from 'vitest';
import { findUsage } from '../../sdk/src/usage.ts';

describe('findUsage', () => {
  // The shapes are those of each provider's own reference; the sums are done by hand.
  it.each([
    [
      'Anthropic, whose input leaves the cache out',
      {
        usage: {
          input_tokens: 10,
          output_tokens: 5,
          cache_read_input_tokens: 100,
          cache_creation_input_tokens: 20,
        },
      },
      { inputTokens: 130, outputTokens: 5, cacheReadTokens: 100, cacheWriteTokens: 20 },
    ],
    [
      'Gemini, whose output leaves the thoughts out',
      {
        usageMetadata: {
          promptTokenCount: 8,
          candidatesTokenCount: 3,
          thoughtsTokenCount: 40,
          cachedContentTokenCount: 2,
        },
      },
      { inputTokens: 8, outputTokens: 43, cacheReadTokens: 2, reasoningTokens: 40 },
    ],
    [
      'the AI SDK',
      {
        usage: {
          inputTokens: 9,
          outputTokens: 4,
          inputTokenDetails: { cacheReadTokens: 1, cacheWriteTokens: 2 },
          outputTokenDetails: { reasoningTokens: 3 },
        },
      },
      { inputTokens: 9, outputTokens: 4, cacheReadTokens: 1, cacheWriteTokens: 2, reasoningTokens: 3 },
    ],
    [
      'DeepSeek',
      { usage: { prompt_tokens: 9, completion_tokens: 4, prompt_cache_hit_tokens: 6 } },
      { inputTokens: 9, outputTokens: 4, cacheReadTokens: 6 },
    ],
    ['values that are no counts', { usage: { prompt_tokens: -1, completion_tokens: '4' } }, {}],
    ['no usage', { text: 'x' }, undefined],
    ['no object', 'x', undefined],
  ])('%s', (_name, result, usage) => {
    expect(findUsage(result)).toEqual(usage);
  });
});
