import type { DecodedSpan } from '../decode/records.ts';
import type { Message } from './message.ts';

/**
 * A dialect understands one sender's attribute names and maps them to canonical fields.
 *
 * Contract (checked for every dialect by `test/contracts/dialect.ts`):
 * - `matches` and `map` are pure and total: they never throw, whatever the attributes hold.
 * - A field the sender did not give is absent from the result, never zero, never an empty string.
 * - A value of the wrong type (a token count "abc", a negative duration) counts as not given.
 * - Token counts are returned as the sender reported them, with `input_includes_cache` saying how to read
 *   them; the disjoint classes are computed once, in `usage.ts`.
 * - `consumed` names only attributes whose content is kept in full in the returned messages or vectors;
 *   every other attribute stays on the span untouched.
 * - A span may match several dialects. They are asked in the order of the list, and for each field the first
 *   that gives a value wins.
 */
export interface Dialect {
  /** Stored in the column `dialect`; lower case with underscores. */
  readonly name: string;
  matches(span: DecodedSpan): boolean;
  map(span: DecodedSpan): CanonicalFields;
}

/** A vector that arrived on a span, with the text it embeds where the sender gave it. */
export interface SpanVector {
  readonly vector: Float32Array;
  readonly text?: string;
}

export interface CanonicalFields {
  /** OpenTelemetry GenAI operation name, or the sender's own word where the convention has none. */
  readonly operation?: string;
  /** Set on a span that repeats the sums of its children, so that nothing is counted twice. */
  readonly is_aggregate?: boolean;
  readonly provider?: string;
  readonly request_model?: string;
  readonly response_model?: string;
  readonly response_id?: string;
  readonly finish_reasons?: readonly string[];
  readonly error_type?: string;
  readonly conversation_id?: string;
  readonly user_id?: string;
  readonly agent_name?: string;
  readonly agent_version?: string;
  readonly tool_name?: string;
  readonly tool_call_id?: string;
  readonly tool_version?: string;
  readonly prompt_name?: string;
  readonly prompt_version?: string;
  readonly chain_name?: string;
  readonly chain_version?: string;
  readonly adapter_name?: string;
  readonly adapter_version?: string;
  readonly user_segment?: string;
  readonly deployment_version?: string;

  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_tokens?: number;
  readonly cache_write_tokens?: number;
  readonly reasoning_tokens?: number;
  readonly audio_input_tokens?: number;
  readonly audio_output_tokens?: number;
  /** Whether `input_tokens` includes cache reads and writes. Absent: inferred from the numbers. */
  readonly input_includes_cache?: boolean;
  /** Whether `output_tokens` includes reasoning. Absent: it does, as in the convention. */
  readonly output_includes_reasoning?: boolean;

  /** Service tier that answered, such as default, flex or priority: prices differ by it. */
  readonly service_tier?: string;
  /** Cost in US dollars as the sender reported it. */
  readonly reported_cost_usd?: number;
  readonly ttft_ms?: number;
  readonly tpot_ms?: number;
  readonly queue_ms?: number;
  readonly prefill_ms?: number;
  readonly decode_ms?: number;

  readonly input_messages?: readonly Message[];
  readonly output_messages?: readonly Message[];
  readonly vectors?: readonly SpanVector[];
  /** Name of the encoder that made `vectors`. */
  readonly vectors_encoder?: string;

  readonly consumed?: readonly string[];
}
