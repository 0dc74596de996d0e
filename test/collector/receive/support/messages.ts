import protobufjs from 'protobufjs';

/**
 * The messages that answers are made of, read by a decoder that is not ours: opentelemetry/proto/collector and
 * google/rpc, reduced to the fields that a receiver writes.
 */
const { root } = protobufjs.parse(
  `syntax = "proto3";
   message Any { string type_url = 1; bytes value = 2; }
   message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
   message FieldViolation { string field = 1; string description = 2; }
   message BadRequest { repeated FieldViolation field_violations = 1; }
   message Duration { int64 seconds = 1; int32 nanos = 2; }
   message RetryInfo { Duration retry_delay = 1; }
   message TracePartial { int64 rejected_spans = 1; string error_message = 2; }
   message ExportTraceServiceResponse { TracePartial partial_success = 1; }
   message MetricsPartial { int64 rejected_data_points = 1; string error_message = 2; }
   message ExportMetricsServiceResponse { MetricsPartial partial_success = 1; }
   message LogsPartial { int64 rejected_log_records = 1; string error_message = 2; }
   message ExportLogsServiceResponse { LogsPartial partial_success = 1; }`,
  { keepCase: false },
);

type Plain = Record<string, unknown>;

export interface ReadStatus {
  readonly code: number;
  readonly message: string;
  /** Each with `@type`, as in JSON. */
  readonly details: readonly Plain[];
}

export function readStatus(body: Buffer, content_type: string): ReadStatus {
  if (content_type === 'application/json') return { details: [], ...JSON.parse(body.toString()) };
  const status = read('Status', body) as { code: number; message: string; details: Plain[] };
  const details = status.details.map((any) => ({
    '@type': any['typeUrl'],
    ...read(String(any['typeUrl']).split('.').at(-1) as string, any['value'] as Buffer),
  }));
  return { code: status.code, message: status.message, details };
}

/** What an Export…ServiceResponse holds, as plain values. */
export function readResponse(signal: 'traces' | 'metrics' | 'logs', body: Buffer): Plain {
  const names = { traces: 'Trace', metrics: 'Metrics', logs: 'Logs' };
  return read(`Export${names[signal]}ServiceResponse`, body);
}

function read(type: string, body: Uint8Array): Plain {
  const message = root.lookupType(type);
  const options = { longs: String, bytes: Buffer, arrays: true } as const;
  return message.toObject(message.decode(body), options);
}
