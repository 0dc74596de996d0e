import type { SpanOutline } from '../api/client.ts';
import { sumKnown } from '../format/sum-known.ts';

/** What a whole trace took. Tokens and cost are sums over leaf calls: parents repeat what their children report. */
export interface TraceTotals {
  start_us: number;
  end_us: number;
  duration_ms: number;
  spans: number;
  errors: number;
  leaf_calls: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  unpriced_calls: number;
  models: string[];
  services: string[];
}

export function summarise(spans: readonly SpanOutline[]): TraceTotals {
  let start_us = Number.POSITIVE_INFINITY;
  let end_us = Number.NEGATIVE_INFINITY;
  for (const span of spans) {
    start_us = Math.min(start_us, span.start_us);
    end_us = Math.max(end_us, span.start_us, span.start_us + span.duration_ms * 1_000);
  }
  const bounds = spans.length === 0 ? { start_us: 0, end_us: 0 } : { start_us, end_us };
  const leaves = spans.filter((span) => span.is_leaf);
  return {
    ...bounds,
    duration_ms: (bounds.end_us - bounds.start_us) / 1_000,
    spans: spans.length,
    errors: spans.filter((span) => span.status === 'error').length,
    leaf_calls: leaves.length,
    input_tokens: sumKnown(leaves.map((span) => span.input_tokens)),
    output_tokens: sumKnown(leaves.map((span) => span.output_tokens)),
    cost_usd: sumKnown(leaves.map((span) => span.cost_usd)),
    unpriced_calls: leaves.filter((span) => span.cost_usd === null).length,
    models: distinct(leaves.map((span) => span.model)),
    services: distinct(spans.map((span) => span.service)),
  };
}

/** The span whose panel says most about the trace: its last model call holds the whole conversation. */
export function mostTelling(spans: readonly SpanOutline[]): SpanOutline | undefined {
  const is_conversation = (span: SpanOutline) =>
    span.is_leaf && (span.operation === 'chat' || span.output_tokens !== null);
  return spans.findLast(is_conversation) ?? spans[0];
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
