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

/** One for all that have none: an event may be two bytes on the wire, and a Map is two hundred in memory. */
export const no_attributes: AttributeMap = new Map();

export interface Resource {
  readonly attributes: AttributeMap;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schema_url: string;
  readonly attributes: AttributeMap;
}

/** What the items of one scope share. */
export interface Surroundings {
  readonly resource: Resource;
  readonly scope: Scope;
}

/** A record while it is being read. */
export type Unfinished<Record> = { -readonly [Field in keyof Record]: Record[Field] };

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

/** A log record or an event (opentelemetry/proto/logs/v1/logs.proto). */
export interface DecodedLog {
  /** 0n when the sender did not say. */
  readonly time_ns: bigint;
  readonly observed_time_ns: bigint;
  readonly severity_number: number;
  readonly severity_text: string;
  /** Name of the event; empty for a plain log record. */
  readonly event_name: string;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  /** 32 and 16 lower-case hexadecimal digits, or null when the record belongs to no span. */
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly resource: Resource;
  readonly scope: Scope;
}

/** One data point of a metric (opentelemetry/proto/metrics/v1/metrics.proto). */
export interface DecodedPoint extends Series, Point {}

/** What the data points of one metric share. */
export interface Series extends Surroundings {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** OTLP enum: 0 unspecified, 1 delta, 2 cumulative; 0 for gauges and summaries. */
  readonly temporality: number;
  readonly is_monotonic: boolean;
}

export interface Point {
  readonly data: PointData;
  readonly start_time_ns: bigint;
  readonly time_ns: bigint;
  /** OTLP data point flags; bit 0 says that there is no recorded value. */
  readonly flags: number;
  readonly attributes: AttributeMap;
  readonly exemplars: readonly Exemplar[];
}

export type PointData =
  | { readonly kind: 'gauge' | 'sum'; readonly value: number | bigint | null }
  | {
      readonly kind: 'histogram';
      readonly count: bigint;
      readonly sum: number | null;
      readonly min: number | null;
      readonly max: number | null;
      readonly explicit_bounds: readonly number[];
      readonly bucket_counts: readonly bigint[];
    }
  | {
      readonly kind: 'exponential_histogram';
      readonly count: bigint;
      readonly sum: number | null;
      readonly min: number | null;
      readonly max: number | null;
      readonly scale: number;
      readonly zero_count: bigint;
      readonly zero_threshold: number;
      readonly positive: ExponentialBuckets;
      readonly negative: ExponentialBuckets;
    }
  | {
      readonly kind: 'summary';
      readonly count: bigint;
      readonly sum: number;
      readonly quantiles: readonly { readonly quantile: number; readonly value: number }[];
    };

export interface ExponentialBuckets {
  readonly offset: number;
  readonly counts: readonly bigint[];
}

export interface Exemplar {
  readonly time_ns: bigint;
  readonly value: number | bigint | null;
  readonly trace_id: string | null;
  readonly span_id: string | null;
  readonly attributes: AttributeMap;
}

/** A span, log record, data point or attribute that was refused, while the rest of the request was accepted. */
export interface Rejection {
  readonly reason:
    | 'invalid_trace_id'
    | 'invalid_span_id'
    | 'invalid_value'
    | 'attribute_too_deep'
    | 'wrong_signal'
    | 'wrong_name';
  /** English sentence for the sender's log. */
  readonly message: string;
  /** Whether the whole span, record or point was refused, or only a part of it. */
  readonly item_lost: boolean;
}

export interface DecodedTraces {
  readonly spans: readonly DecodedSpan[];
  readonly rejections: readonly Rejection[];
}

export interface DecodedLogs {
  readonly logs: readonly DecodedLog[];
  readonly rejections: readonly Rejection[];
}

export interface DecodedMetrics {
  readonly points: readonly DecodedPoint[];
  readonly rejections: readonly Rejection[];
}

/** What the decoder will make of a request. */
export interface Inspection {
  /** Spans, log records or data points that it will give. */
  readonly items: number;
  readonly rejections: readonly Rejection[];
}
