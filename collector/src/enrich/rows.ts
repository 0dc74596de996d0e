import type { NormalSpan } from '../normalise/normalise.ts';
import type { NewRow } from '../stores/schema.ts';
import { slicesOf } from '../stores/slices.ts';
import type { SpanRows } from '../stores/store.ts';
import { type Cost, costOf } from './cost.ts';
import { rememberResources } from './json-columns.ts';
import { collectMessages, type MessageRows } from './messages.ts';
import type { PriceBook } from './price-book.ts';
import { spanRow } from './span-row.ts';
import { microseconds } from './times.ts';
import { versionRows } from './versions.ts';

/** Makes the rows of one span for one tenant. */
export type RowBuilder = (normal: NormalSpan, tenant: string) => SpanRows;

/** Rows are made span by span; the builder remembers what spans of one request share. */
export function createRowBuilder(parts: { readonly price_book: PriceBook }): RowBuilder {
  const resource_json = rememberResources();
  return (normal, tenant) => {
    const cost = costOf(normal, parts.price_book);
    const messages = collectMessages({ tenant, first_time: microseconds(normal.span.start_time_ns) });
    const span = spanRow(normal, { tenant, cost, messages, resource_json });
    return {
      span,
      embeddings: embeddingRows(normal, span, messages),
      messages: messages.rows(),
      cost_lines: cost === null ? [] : costLines(cost, span),
      versions: versionRows(span),
    };
  };
}

function embeddingRows(
  { fields }: NormalSpan,
  span: NewRow<'spans'>,
  messages: MessageRows,
): readonly NewRow<'embeddings'>[] {
  if (fields.vectors === undefined) return [];
  const slices = JSON.stringify(slicesOf(span));
  const encoder = fields.vectors_encoder ?? span.response_model ?? span.request_model ?? 'unknown';
  return fields.vectors.map(({ vector, text }) => ({
    tenant: span.tenant,
    trace_id: span.trace_id,
    span_id: span.span_id,
    conversation_id: span.conversation_id,
    feature: `embedding.${span.name}`,
    slices,
    time: span.start_time,
    encoder,
    dimension: vector.length,
    vector,
    text_hash:
      text === undefined ? null : messages.add({ role: 'user', parts: [{ type: 'text', content: text }] }),
    sampling_probability: null,
  }));
}

function costLines(cost: Cost, span: NewRow<'spans'>): readonly NewRow<'cost_lines'>[] {
  if (cost.method === 'unpriced') return [];
  const { method, price_book } = cost;
  return cost.lines.map((line) => ({
    tenant: span.tenant,
    trace_id: span.trace_id,
    span_id: span.span_id,
    time: span.start_time,
    revision: 0,
    unit: line.unit,
    quantity: line.quantity,
    provider: line.provider,
    model: line.model,
    amount_nano_usd: Math.round(line.amount_usd * 1e9),
    method,
    price_book,
  }));
}
