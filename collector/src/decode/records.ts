/**
 * What a decoder makes of an OTLP request, the same from protobuf and from JSON.
 *
 * Attributes are Maps, never objects: a key named `__proto__` is a key like any other.
 * Times stay in nanoseconds as bigint: a 64-bit integer does not fit a JavaScript number.
 */

export type AttributeValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly AttributeValue[]
  | AttributeMap;

export type AttributeMap = ReadonlyMap<string, AttributeValue>;

export interface Resource {
  readonly attributes: AttributeMap;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schema_url: string;
  readonly attributes: AttributeMap;
}

export interface SpanEvent {
  readonly name: string;
  readonly time_ns: bigint;
  readonly attributes: AttributeMap;
}

export interface SpanLink {
  readonly trace_id: string;
  readonly span_id: string;
  readonly trace_state: string;
  readonly attributes: AttributeMap;
}

export interface DecodedSpan {
  /** 32 lower-case hexadecimal digits, never all zero. */
  readonly trace_id: string;
  /** 16 lower-case hexadecimal digits, never all zero. */
  readonly span_id: string;
  /** 16 lower-case hexadecimal digits, or null for a root. */
  readonly parent_span_id: string | null;
  readonly trace_state: string;
  readonly name: string;
  /** OTLP enum: 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly start_time_ns: bigint;
  readonly end_time_ns: bigint;
  /** OTLP enum: 0 unset, 1 ok, 2 error. */
  readonly status_code: number;
  readonly status_message: string;
  readonly attributes: AttributeMap;
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  readonly resource: Resource;
  readonly scope: Scope;
}

/** A span or an attribute that was refused, while the rest of the request was accepted. */
export interface Rejection {
  readonly reason: 'invalid_trace_id' | 'invalid_span_id' | 'attribute_too_deep';
  /** English sentence for the sender's log. */
  readonly message: string;
  /** Whether the whole span was refused, or only a part of it. */
  readonly span_lost: boolean;
}

export interface DecodedTraces {
  readonly spans: readonly DecodedSpan[];
  readonly rejections: readonly Rejection[];
}
