import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cost, costOf } from '../../../collector/src/enrich/cost.ts';
import { openPriceBook } from '../../../collector/src/enrich/price-book.ts';
import { priceOfInput, priceOfOutput } from '../../../collector/src/enrich/token-price.ts';
import { normalise } from '../../../collector/src/normalise/normalise.ts';
import type { Usage } from '../../../collector/src/normalise/usage.ts';
import { has_data, readData } from '../normalise/data.ts';
import { type PlainAttributes, spanOf } from '../normalise/support.ts';

const book = await openPriceBook();
const time_us = Date.UTC(2026, 7, 20) * 1000;

const call = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.usage.input_tokens': 1_000_000,
  'gen_ai.usage.output_tokens': 100_000,
};

function cost(attributes: PlainAttributes): Cost | null {
  return costOf(normalise(spanOf({ attributes })), book);
}

describe('what is priced', () => {
  it('prices a leaf by its list price and names the book', () => {
    // 0.15 and 0.60 US dollars for a million tokens.
    const priced = cost(call);
    expect(priced).toMatchObject({ method: 'computed', price_book: book.name });
    expect(priced?.cost_usd).toBeCloseTo(0.21, 12);
    expect(priced?.lines).toMatchObject([
      { unit: 'input', quantity: 1_000_000, provider: 'openai', model: 'gpt-4o-mini' },
      { unit: 'output', quantity: 100_000 },
    ]);
    expect(book.name).toMatch(/^@pydantic\/genai-prices@\d+\.\d+\.\d+\+[0-9a-f]{12}$/);
  });

  it('charges the cache at its own price and never twice', () => {
    const priced = cost({ ...call, 'gen_ai.usage.cache_read.input_tokens': 1_000_000 });
    expect(priced?.cost_usd).toBeCloseTo(0.075 + 0.06, 12);
    expect(priced?.lines[0]?.quantity).toBe(1_000_000);
  });

  it('gives an aggregate no cost, not even one it reported', () => {
    expect(cost({ ...call, 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.cost': 3 })).toBeNull();
  });

  it('lets a reported cost win', () => {
    expect(cost({ ...call, 'gen_ai.usage.cost': 0.5 })).toEqual({
      cost_usd: 0.5,
      method: 'provider_reported',
      price_book: null,
      lines: [{ unit: 'total', quantity: null, amount_usd: 0.5, provider: 'openai', model: 'gpt-4o-mini' }],
    });
  });

  it('prices the model that answered, and the one asked for where the book does not know that name', () => {
    expect(cost({ ...call, 'gen_ai.response.model': 'gpt-4o' })?.lines[0]?.model).toBe('gpt-4o');
    expect(cost({ ...call, 'gen_ai.response.model': 'unheard-of' })?.lines[0]?.model).toBe('gpt-4o-mini');
  });

  it.each<[string, PlainAttributes]>([
    ['an unknown model', { ...call, 'gen_ai.request.model': 'unheard-of' }],
    ['a model with an endless name', { ...call, 'gen_ai.request.model': `gpt-4o-mini${'x'.repeat(300)}` }],
    ['an unknown provider', { ...call, 'gen_ai.provider.name': 'vllm' }],
    ['a tier without a list price', { ...call, 'openai.response.service_tier': 'flex' }],
    ['unknown output', { ...call, 'gen_ai.usage.output_tokens': 'many' }],
    ['unknown input', { ...call, 'gen_ai.usage.input_tokens': -1 }],
  ])('leaves %s unpriced, which is not free', (_what, attributes) => {
    expect(cost(attributes)).toEqual({ cost_usd: null, method: 'unpriced', price_book: null, lines: [] });
  });

  it('asks embeddings for no output', () => {
    const priced = cost({
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'text-embedding-3-small',
      'gen_ai.usage.input_tokens': 1_000_000,
    });
    expect(priced?.cost_usd).toBeCloseTo(0.02, 12);
    expect(priced?.lines).toHaveLength(1);
  });

  it('takes the provider from the model where none is named', () => {
    const { 'gen_ai.provider.name': _provider, ...rest } = call;
    expect(
      cost({ ...rest, 'gen_ai.request.model': 'mistral/mistral-small-latest' })?.lines[0]?.provider,
    ).toBe('mistral');
    expect(cost({ ...rest, 'gen_ai.system': 'langchain' })?.lines[0]?.provider).toBe('openai');
  });
});

describe('the price book', () => {
  it.each([
    ['azure.ai.openai', 'gpt-4o', 'azure'],
    ['azure.ai.inference', 'gpt-4o', 'azure'],
    ['gcp.gen_ai', 'gemini-2.0-flash', 'google'],
    ['gcp.gemini', 'gemini-2.0-flash', 'google'],
    ['gcp.vertex_ai', 'gemini-2.0-flash', 'google'],
    ['aws.bedrock', 'amazon.nova-lite-v1:0', 'aws'],
    ['mistral_ai', 'mistral-small-latest', 'mistral'],
    ['x_ai', 'grok-4', 'x-ai'],
  ])('knows %s', (provider, model, expected) => {
    expect(book.find({ provider, model, time_us })?.provider).toBe(expected);
  });

  it('remembers answers only as long as they hold', () => {
    const at = (iso: string) =>
      book.find({ provider: 'deepseek', model: 'deepseek-chat', time_us: Date.parse(iso) * 1000 })?.prices[
        'input_mtok'
      ];
    const by_day = at('2025-03-01T12:00:00Z');
    const by_night = at('2025-03-01T20:00:00Z');
    expect(by_day).not.toBe(by_night);
    expect(at('2025-03-01T12:00:00Z')).toBe(by_day);
    const o3 = (iso: string) =>
      book.find({ provider: 'openai', model: 'o3', time_us: Date.parse(iso) * 1000 })?.prices['input_mtok'];
    expect([o3('2025-06-01T00:00:00Z'), o3('2025-07-01T00:00:00Z'), o3('2025-06-01T00:00:00Z')]).toEqual([
      10, 2, 10,
    ]);
  });
});

describe('arithmetic', () => {
  it('agrees with the package for every model, tier and mix of tokens', async () => {
    const providers = await waitForUpdate();
    const models = (providers ?? []).flatMap((provider) =>
      provider.models.map((model) => ({ provider, model })),
    );
    const tokens = fc.integer({ min: 0, max: 400_000 });
    const usage = fc.record({
      fresh: tokens,
      cached: tokens,
      written: tokens,
      answer: tokens,
      reasoning: tokens,
    });
    fc.assert(
      fc.property(fc.constantFrom(...models), usage, ({ provider, model }, drawn) => {
        const oracle = calcPrice(
          {
            input_tokens: drawn.fresh + drawn.cached + drawn.written,
            cache_read_tokens: drawn.cached,
            cache_write_tokens: drawn.written,
            output_tokens: drawn.answer + drawn.reasoning,
            output_reasoning_tokens: drawn.reasoning,
          },
          model.id,
          { providerId: provider.id, timestamp: new Date(time_us / 1000) },
        );
        const ours = book.find({ provider: provider.id, model: model.id, time_us });
        expect(ours?.model).toBe(oracle?.model.id);
        if (ours == null || oracle === null) return;
        const disjoint: Usage = {
          input_tokens: drawn.fresh,
          cache_read_tokens: drawn.cached,
          cache_write_tokens: drawn.written,
          output_tokens: drawn.answer,
          reasoning_tokens: drawn.reasoning,
          audio_input_tokens: null,
          audio_output_tokens: null,
        };
        // Tokens without a price are unpriced here and free there.
        const input = priceOfInput(disjoint, ours.prices);
        const output = priceOfOutput(disjoint, ours.prices);
        if (input !== null) expect(input).toBeCloseTo(oracle.input_price, 9);
        else expect(ours.prices['input_mtok']).toBeUndefined();
        if (output !== null) expect(output).toBeCloseTo(oracle.output_price, 9);
        else expect(ours.prices['output_mtok']).toBeUndefined();
      }),
      { seed: 11, numRuns: 3000 },
    );
  });

  it('shares audio between fresh and cached input as all input is shared', () => {
    const prices = { input_mtok: 1, cache_read_mtok: 0.1, input_audio_mtok: 10, cache_audio_read_mtok: 2 };
    const usage: Usage = {
      input_tokens: 500_000,
      cache_read_tokens: 500_000,
      cache_write_tokens: null,
      output_tokens: null,
      reasoning_tokens: null,
      audio_input_tokens: 200_000,
      audio_output_tokens: null,
    };
    expect(priceOfInput(usage, prices)).toBeCloseTo(0.4 * 1 + 0.1 * 10 + 0.4 * 0.1 + 0.1 * 2, 12);
  });
});

interface Recorded {
  readonly model?: string;
  readonly extracted: readonly {
    readonly usage: Readonly<Record<string, number>>;
    readonly extractors: readonly { provider_id: string; input_price?: string; output_price?: string }[];
  }[];
}

describe.skipIf(!has_data)('recorded usage priced by others', () => {
  it('agrees wherever the prices are still the same and all tokens are of our classes', () => {
    const recorded = readData('genai-prices/usages.json.gz') as readonly Recorded[];
    let compared = 0;
    let agreed = 0;
    const unexplained: string[] = [];
    for (const { model = '', extracted } of recorded) {
      for (const { usage, extractors } of extracted) {
        for (const { provider_id: provider, input_price, output_price } of extractors) {
          if (input_price === undefined || output_price === undefined) continue;
          compared++;
          const expected = [Number(input_price), Number(output_price)];
          const prices = book.find({ provider, model, time_us })?.prices ?? {};
          const ours = [
            priceOfInput(disjoint(usage), prices) ?? 0,
            priceOfOutput(disjoint(usage), prices) ?? 0,
          ];
          const today = calcPrice({ ...usage }, model, {
            providerId: provider,
            timestamp: new Date(time_us / 1000),
          });
          if (isClose(ours, expected)) agreed++;
          else if (isClose([today?.input_price, today?.output_price], expected) && !hasPictures(usage)) {
            unexplained.push(`${provider} ${model}`);
          }
        }
      }
    }
    expect(compared).toBe(2278);
    expect(agreed / compared).toBeGreaterThan(0.98);
    expect(unexplained).toEqual([]);
  });
});

function isClose(prices: readonly (number | undefined)[], expected: readonly number[]): boolean {
  return expected.every((price, i) => Math.abs((prices[i] ?? 0) - price) < 1e-9);
}

function hasPictures(usage: Readonly<Record<string, number>>): boolean {
  return Object.keys(usage).some((key) => /image|video/.test(key));
}

function disjoint(usage: Readonly<Record<string, number>>): Usage {
  const { cache_read_tokens = 0, cache_write_tokens = 0, output_reasoning_tokens = 0 } = usage;
  return {
    input_tokens: (usage['input_tokens'] ?? 0) - cache_read_tokens - cache_write_tokens,
    cache_read_tokens,
    cache_write_tokens,
    output_tokens: (usage['output_tokens'] ?? 0) - output_reasoning_tokens,
    reasoning_tokens: output_reasoning_tokens,
    audio_input_tokens: usage['input_audio_tokens'] ?? null,
    audio_output_tokens: usage['output_audio_tokens'] ?? null,
  };
}
