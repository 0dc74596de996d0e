import type { Span } from '../api/client.ts';
import { sumKnown } from '../format/sum-known.ts';

export interface TokenClass {
  label: string;
  count: number | null;
  /** True for a share of the classes above it, which is not added again. */
  is_subset: boolean;
}

/** The disjoint classes a call is charged by, and the subsets worth knowing. */
export function tokenClasses(span: Span): TokenClass[] {
  return [
    { label: 'Input', count: span.input_tokens, is_subset: false },
    { label: 'Read from cache', count: span.cache_read_tokens, is_subset: false },
    { label: 'Written to cache', count: span.cache_write_tokens, is_subset: false },
    { label: 'Output', count: span.output_tokens, is_subset: false },
    { label: 'Reasoning', count: span.reasoning_tokens, is_subset: false },
    { label: 'of the input, audio', count: span.audio_input_tokens, is_subset: true },
    { label: 'of the output, audio', count: span.audio_output_tokens, is_subset: true },
  ];
}

/** The sums of the OpenTelemetry convention: input with cache, output with reasoning. */
export function inclusiveTokens(span: Span): { input: number | null; output: number | null } {
  return {
    input: sumKnown([span.input_tokens, span.cache_read_tokens, span.cache_write_tokens]),
    output: sumKnown([span.output_tokens, span.reasoning_tokens]),
  };
}
