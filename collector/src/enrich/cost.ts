import type { NormalSpan } from '../normalise/normalise.ts';
import type { ListedPrice, PriceBook } from './price-book.ts';
import { allInput, allOutput, priceOfInput, priceOfOutput, priceOfRequest } from './token-price.ts';

/** What a call cost. Only leaf calls have a cost: their parents repeat it. */
export interface Cost {
  /** Null where no price is known: unpriced is not free. */
  readonly cost_usd: number | null;
  readonly method: 'provider_reported' | 'computed' | 'unpriced';
  /** Which price table was used; null where none was. */
  readonly price_book: string | null;
  readonly lines: readonly Charge[];
}

interface Charge {
  readonly unit: 'input' | 'output' | 'total';
  /** Tokens, those of the cache and of reasoning included. */
  readonly quantity: number | null;
  readonly amount_usd: number;
  readonly provider: string | null;
  readonly model: string;
}

/** Prices a span; null for a span that is not a leaf. A cost the sender reported wins over a computed one. */
export function costOf(span: NormalSpan, book: PriceBook): Cost | null {
  if (!span.is_leaf) return null;
  const { reported_cost_usd, provider, response_model, request_model } = span.fields;
  if (reported_cost_usd !== undefined) {
    const model = response_model ?? request_model ?? 'unknown';
    const charge: Charge = {
      unit: 'total',
      quantity: null,
      amount_usd: reported_cost_usd,
      provider: provider ?? null,
      model,
    };
    return { cost_usd: reported_cost_usd, method: 'provider_reported', price_book: null, lines: [charge] };
  }
  const price = isStandardTier(span.fields.service_tier) ? findPrice(span, book) : null;
  const lines = price === null ? null : chargesFor(span, price);
  if (lines === null) return { cost_usd: null, method: 'unpriced', price_book: null, lines: [] };
  const cost_usd = lines.reduce((sum, line) => sum + line.amount_usd, 0);
  return { cost_usd, method: 'computed', price_book: book.name, lines };
}

// The book lists standard prices only; flex, batch and priority cost something else.
const standard_tiers: ReadonlySet<string> = new Set(['default', 'standard', 'auto', 'on_demand']);

function isStandardTier(tier: string | undefined): boolean {
  return tier === undefined || standard_tiers.has(tier.toLowerCase());
}

/** The model that answered is the one that is paid for; its name may be one the book does not know. */
function findPrice({ fields, span }: NormalSpan, book: PriceBook): ListedPrice | null {
  const provider = fields.provider ?? null;
  const time_us = Number(span.start_time_ns / 1000n);
  for (const model of [fields.response_model, fields.request_model]) {
    const price = model === undefined ? null : book.find({ provider, model, time_us });
    if (price !== null) return price;
  }
  return null;
}

/** Null when tokens that have to be paid for are unknown or have no price. */
function chargesFor({ fields, usage }: NormalSpan, price: ListedPrice): readonly Charge[] | null {
  const has_output = fields.operation !== 'embeddings' && fields.operation !== 'rerank';
  if (usage.input_tokens === null || (has_output && usage.output_tokens === null)) return null;
  const input_usd = priceOfInput(usage, price.prices);
  const output_usd = priceOfOutput(usage, price.prices);
  if (input_usd === null || output_usd === null) return null;
  const { provider, model } = price;
  const request_usd = priceOfRequest(usage, price.prices);
  if (request_usd > 0) {
    const amount_usd = input_usd + output_usd + request_usd;
    return [{ unit: 'total', quantity: null, amount_usd, provider, model }];
  }
  const input = { unit: 'input', quantity: allInput(usage), amount_usd: input_usd, provider, model } as const;
  if (usage.output_tokens === null) return [input];
  return [input, { unit: 'output', quantity: allOutput(usage), amount_usd: output_usd, provider, model }];
}
