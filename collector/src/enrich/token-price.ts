import type { Usage } from '../normalise/usage.ts';
import type { Prices } from './price-book.ts';

/** Every input token, those of the cache included. */
export function allInput(usage: Usage): number {
  return (usage.input_tokens ?? 0) + (usage.cache_read_tokens ?? 0) + (usage.cache_write_tokens ?? 0);
}

/** Every output token, those of reasoning included. */
export function allOutput(usage: Usage): number {
  return (usage.output_tokens ?? 0) + (usage.reasoning_tokens ?? 0);
}

/**
 * Input in US dollars; null when tokens were used that have no price. A class without a price of its own is
 * charged as the wider class it belongs to. The cache is taken to have served the same share of audio as of all
 * input, because senders do not tell.
 */
export function priceOfInput(usage: Usage, prices: Prices): number | null {
  const rate = ratesAt(allInput(usage), prices);
  const fresh = usage.input_tokens ?? 0;
  const cached = usage.cache_read_tokens ?? 0;
  const audio = Math.min(usage.audio_input_tokens ?? 0, fresh + cached);
  const cached_audio = audio === 0 ? 0 : (audio * cached) / (fresh + cached);
  const fresh_audio = audio - cached_audio;
  const plain = rate('input_mtok');
  const cache_read = rate('cache_read_mtok');
  const input_audio = rate('input_audio_mtok');
  return known(
    price(fresh - fresh_audio, plain) +
      price(fresh_audio, input_audio ?? plain) +
      price(cached - cached_audio, cache_read ?? plain) +
      price(cached_audio, rate('cache_audio_read_mtok') ?? cache_read ?? input_audio ?? plain) +
      price(usage.cache_write_tokens ?? 0, rate('cache_write_mtok') ?? plain),
  );
}

/** Output in US dollars; see `priceOfInput`. */
export function priceOfOutput(usage: Usage, prices: Prices): number | null {
  const rate = ratesAt(allInput(usage), prices);
  const answer = usage.output_tokens ?? 0;
  const audio = Math.min(usage.audio_output_tokens ?? 0, answer);
  const plain = rate('output_mtok');
  return known(
    price(answer - audio, plain) +
      price(audio, rate('output_audio_mtok') ?? plain) +
      price(usage.reasoning_tokens ?? 0, rate('output_reasoning_mtok') ?? plain),
  );
}

/** The fee for the request itself in US dollars; most models have none. */
export function priceOfRequest(usage: Usage, prices: Prices): number {
  return (ratesAt(allInput(usage), prices)('requests_kcount') ?? 0) / 1000;
}

/** Prices by unit. Above a threshold of input tokens a higher price holds for the whole request. */
function ratesAt(input_tokens: number, prices: Prices): (unit: string) => number | undefined {
  return (unit) => {
    const price = prices[unit];
    if (typeof price !== 'object') return price;
    return price.tiers.findLast((tier) => input_tokens > tier.start)?.price ?? price.base;
  };
}

/** US dollars at a rate for a million tokens; not a number when tokens were used that have no price. */
function price(tokens: number, rate: number | undefined): number {
  if (tokens === 0) return 0;
  return rate === undefined ? Number.NaN : (tokens * rate) / 1e6;
}

function known(usd: number): number | null {
  return Number.isNaN(usd) ? null : usd;
}
