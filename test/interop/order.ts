import type { KnownMetrics } from './known-metrics.ts';
import type { Logs, Traces } from './otlp-json.ts';

export type Protocol = 'http/protobuf' | 'http/json' | 'grpc';
export type Compression = 'none' | 'gzip' | 'deflate';

/**
 * What a program around an SDK is told, as a JSON file. It sends, prints what its SDK has to say, and ends. Where to
 * and how stands in the variables that OpenTelemetry defines for exporters, as in any application.
 */
export interface Order {
  readonly protocol: Protocol;
  /** Spans or records in one request. */
  readonly batch_size: number;
  readonly traces?: Traces;
  readonly logs?: Logs;
  readonly metrics?: KnownMetrics;
}
