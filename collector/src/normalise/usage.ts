import type { CanonicalFields } from './dialect.ts';

/** Tokens in classes that do not overlap, audio aside; null where the sender said nothing. */
export interface Usage {
  /** Neither read from nor written to a cache. */
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  /** Without reasoning. */
  readonly output_tokens: number | null;
  readonly reasoning_tokens: number | null;
  /** Among the input classes. */
  readonly audio_input_tokens: number | null;
  /** Among the output classes. */
  readonly audio_output_tokens: number | null;
}

/**
 * Takes reported counts apart into disjoint classes.
 *
 * A total includes its parts unless the sender says otherwise or the numbers do: a total smaller than its parts
 * cannot include them.
 */
export function disjointUsage(fields: CanonicalFields): Usage {
  const cache_tokens = (fields.cache_read_tokens ?? 0) + (fields.cache_write_tokens ?? 0);
  return {
    input_tokens: withoutPart(fields.input_tokens, cache_tokens, fields.input_includes_cache),
    cache_read_tokens: fields.cache_read_tokens ?? null,
    cache_write_tokens: fields.cache_write_tokens ?? null,
    output_tokens: withoutPart(
      fields.output_tokens,
      fields.reasoning_tokens ?? 0,
      fields.output_includes_reasoning,
    ),
    reasoning_tokens: fields.reasoning_tokens ?? null,
    audio_input_tokens: fields.audio_input_tokens ?? null,
    audio_output_tokens: fields.audio_output_tokens ?? null,
  };
}

function withoutPart(
  total: number | undefined,
  part: number,
  includes_part: boolean | undefined,
): number | null {
  if (total === undefined) return null;
  return includes_part === false || total < part ? total : total - part;
}
