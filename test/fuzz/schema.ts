import protobuf from 'protobufjs';

/**
 * OTLP 1.11 as protobufjs knows it, with the field numbers of opentelemetry/proto: an encoder and a decoder that
 * share nothing with ours. Texts are declared as bytes, so that it says nothing of UTF-8, and so is the metadata of a
 * metric, which ours does not look into. Each message also has fields that ours does not know.
 */
const definition = `
syntax = "proto3";

message TraceRequest { repeated ResourceSpans items = 1; }
message LogsRequest { repeated ResourceLogs items = 1; }
message MetricsRequest { repeated ResourceMetrics items = 1; }

message ResourceSpans { Resource resource = 1; repeated ScopeSpans items = 2; bytes schema_url = 3; bytes later = 99; }
message ResourceLogs { Resource resource = 1; repeated ScopeLogs items = 2; bytes schema_url = 3; bytes later = 99; }
message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics items = 2; bytes schema_url = 3; bytes later = 99; }

message ScopeSpans { Scope scope = 1; repeated Span items = 2; bytes schema_url = 3; fixed32 later = 98; }
message ScopeLogs { Scope scope = 1; repeated LogRecord items = 2; bytes schema_url = 3; fixed32 later = 98; }
message ScopeMetrics { Scope scope = 1; repeated Metric items = 2; bytes schema_url = 3; fixed32 later = 98; }

message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; bytes later = 99; }
message Scope { bytes name = 1; bytes version = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }

message KeyValue { bytes key = 1; AnyValue value = 2; int32 key_strindex = 3; bytes later = 99; }
message AnyValue {
  oneof value {
    bytes string_value = 1;
    bool bool_value = 2;
    int64 int_value = 3;
    double double_value = 4;
    ArrayValue array_value = 5;
    KeyValueList kvlist_value = 6;
    bytes bytes_value = 7;
  }
  uint64 later = 97;
}
message ArrayValue { repeated AnyValue values = 1; bytes later = 99; }
message KeyValueList { repeated KeyValue values = 1; bytes later = 99; }

message Span {
  bytes trace_id = 1;
  bytes span_id = 2;
  bytes trace_state = 3;
  bytes parent_span_id = 4;
  bytes name = 5;
  int32 kind = 6;
  fixed64 start_time_unix_nano = 7;
  fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
  uint32 dropped_attributes_count = 10;
  repeated Event events = 11;
  uint32 dropped_events_count = 12;
  repeated Link links = 13;
  uint32 dropped_links_count = 14;
  Status status = 15;
  fixed32 flags = 16;
  bytes later = 99;
}
message Event { fixed64 time_unix_nano = 1; bytes name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; bytes trace_state = 3; repeated KeyValue attributes = 4; fixed32 flags = 6; }
message Status { bytes message = 2; int32 code = 3; bytes later = 99; }

message LogRecord {
  fixed64 time_unix_nano = 1;
  int32 severity_number = 2;
  bytes severity_text = 3;
  AnyValue body = 5;
  repeated KeyValue attributes = 6;
  uint32 dropped_attributes_count = 7;
  fixed32 flags = 8;
  bytes trace_id = 9;
  bytes span_id = 10;
  fixed64 observed_time_unix_nano = 11;
  bytes event_name = 12;
  bytes later = 99;
}

message Metric {
  bytes name = 1;
  bytes description = 2;
  bytes unit = 3;
  oneof data {
    Gauge gauge = 5;
    Sum sum = 7;
    Histogram histogram = 9;
    ExponentialHistogram exponential_histogram = 10;
    Summary summary = 11;
  }
  repeated bytes metadata = 12;
}
message Gauge { repeated NumberPoint data_points = 1; bytes later = 99; }
message Sum { repeated NumberPoint data_points = 1; int32 aggregation_temporality = 2; bool is_monotonic = 3; }
message Histogram { repeated HistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message ExponentialHistogram { repeated ExponentialHistogramPoint data_points = 1; int32 aggregation_temporality = 2; }
message Summary { repeated SummaryPoint data_points = 1; }

message NumberPoint {
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  oneof value { double as_double = 4; sfixed64 as_int = 6; }
  repeated Exemplar exemplars = 5;
  repeated KeyValue attributes = 7;
  uint32 flags = 8;
  bytes later = 99;
}
message HistogramPoint {
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  fixed64 count = 4;
  optional double sum = 5;
  repeated fixed64 bucket_counts = 6;
  repeated double explicit_bounds = 7;
  repeated Exemplar exemplars = 8;
  repeated KeyValue attributes = 9;
  uint32 flags = 10;
  optional double min = 11;
  optional double max = 12;
}
message ExponentialHistogramPoint {
  repeated KeyValue attributes = 1;
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  fixed64 count = 4;
  optional double sum = 5;
  sint32 scale = 6;
  fixed64 zero_count = 7;
  Buckets positive = 8;
  Buckets negative = 9;
  uint32 flags = 10;
  repeated Exemplar exemplars = 11;
  optional double min = 12;
  optional double max = 13;
  double zero_threshold = 14;
}
message Buckets { sint32 offset = 1; repeated uint64 bucket_counts = 2; }
message SummaryPoint {
  fixed64 start_time_unix_nano = 2;
  fixed64 time_unix_nano = 3;
  fixed64 count = 4;
  double sum = 5;
  repeated Quantile quantile_values = 6;
  repeated KeyValue attributes = 7;
  uint32 flags = 8;
}
message Quantile { double quantile = 1; double value = 2; }
message Exemplar {
  fixed64 time_unix_nano = 2;
  oneof value { double as_double = 3; sfixed64 as_int = 6; }
  bytes span_id = 4;
  bytes trace_id = 5;
  repeated KeyValue filtered_attributes = 7;
}
`;

export type Signal = 'traces' | 'logs' | 'metrics';

/** A message as object: texts and bytes as buffers, 64-bit integers as bigint. */
export type Plain = Readonly<Record<string, unknown>>;

// Deeper than the limit of ours, to see what ours does there.
protobuf.util.recursionLimit = 500;
protobuf.Reader.recursionLimit = 500;

const { root } = protobuf.parse(definition, { keepCase: true });

export const requestTypes = {
  traces: root.lookupType('TraceRequest'),
  logs: root.lookupType('LogsRequest'),
  metrics: root.lookupType('MetricsRequest'),
} as const satisfies Record<Signal, protobuf.Type>;

/** What the requests are of. */
export const itemTypes = {
  traces: root.lookupType('Span'),
  logs: root.lookupType('LogRecord'),
  metrics: root.lookupType('Metric'),
} as const satisfies Record<Signal, protobuf.Type>;

export const keyValueType = root.lookupType('KeyValue');
